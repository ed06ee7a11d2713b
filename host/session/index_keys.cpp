#include "host/session/index_keys.h"

#include "host/base/hash.h"
#include "host/io/files.h"
#include "host/session/json_fields.h"

namespace kato {
namespace {

constexpr std::string_view kBegin = "{";
constexpr std::string_view kRecorded = "\"recorded\":true,";
constexpr std::string_view kKeys = "\"keys\":\"";

bool skip(std::string_view& text, std::string_view part) {
  if (!text.starts_with(part)) return false;
  text.remove_prefix(part.size());
  return true;
}

bool take_hash(std::string_view& text, uint64_t& out) {
  const auto hash = hex64_of(text.substr(0, kHash64Digits));
  if (!hash) return false;
  out = *hash;
  text.remove_prefix(kHash64Digits);
  return true;
}

}  // namespace

SessionKeys keys_of(const SessionMeta& meta) {
  SessionKeys keys{.session = hash64(meta.identity.session_id),
                   .is_recorded = !meta.recordings.empty(),
                   .sources = {}};
  for (const auto& source : meta.sources) {
    const auto& first = source.first_record_key;
    keys.sources.push_back({.path = hash64(source.path),
                            .stamp = stamp_of(source.id, source.size_bytes, source.mtime_ns),
                            .first_record = first.empty() ? 0 : hash64(first)});
  }
  return keys;
}

void append_keys(JsonObject& line, const SessionKeys& keys) {
  line.flag_if_set("recorded", keys.is_recorded);
  auto text = to_hex(keys.session);
  for (const auto& source : keys.sources) {
    text.append(to_hex(source.path)).append(to_hex(source.stamp));
    text.append(to_hex(source.first_record));
  }
  line.text("keys", text);
}

bool read_keys(std::string_view line, SessionKeys& keys) {
  keys.sources.clear();
  if (!skip(line, kBegin)) return false;
  keys.is_recorded = skip(line, kRecorded);
  if (!skip(line, kKeys) || !take_hash(line, keys.session)) return false;
  while (!line.starts_with('"')) {
    auto& source = keys.sources.emplace_back();
    const bool is_whole = take_hash(line, source.path) && take_hash(line, source.stamp) &&
                          take_hash(line, source.first_record);
    if (!is_whole) return false;
  }
  return true;
}

}  // namespace kato
