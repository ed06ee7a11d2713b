#include "host/session/session_index.h"

#include <algorithm>
#include <charconv>

#include "host/base/hash.h"
#include "host/session/indexed_session_json.h"
#include "host/session/json_fields.h"

namespace kato {
namespace {

// The file is JSON with one session in each line, so that it can be read line by line. The hash is
// of all lines behind the first: what is not as it was written is not believed, and a line need not
// be taken apart to be believed.
constexpr std::string_view kBegin = "{\"schemaVersion\":2,\"count\":";
constexpr std::string_view kHash = ",\"hash\":\"";
constexpr std::string_view kSessions = "\",\"sessions\":[\n";
constexpr std::string_view kEnd = "]}\n";
constexpr std::string_view kVersionKey = "{\"schemaVersion\":";
constexpr size_t kMinGarbageBytes = size_t{1} << 20;

std::unexpected<Error> damaged(std::string_view what) {
  return fail(ErrorCode::kInvalid, "the index of the sessions is damaged: {}", what);
}

// Of a file that does not begin as this version's does.
std::unexpected<Error> not_understood(std::string_view text) {
  uint32_t version = 0;
  if (text.starts_with(kVersionKey)) {
    text.remove_prefix(kVersionKey.size());
    std::from_chars(text.data(), text.data() + text.size(), version);
  }
  if (version > 0 && version < kIndexSchemaVersion) {
    return fail(ErrorCode::kInvalid, "the index of the sessions is of the older schema version {}",
                version);
  }
  if (version <= kIndexSchemaVersion) return damaged("its beginning");
  return fail(ErrorCode::kUnsupported,
              "the index of the sessions has schema version {}, this build of Kato knows version "
              "{}; it was not touched. Use the Kato that wrote it, or move it away to have it made "
              "again from the metas",
              version, kIndexSchemaVersion);
}

struct Heading {
  size_t count = 0;
  uint64_t hash = 0;
  size_t size_bytes = 0;
};

std::optional<Heading> heading_of(std::string_view text) {
  Heading heading;
  const auto newline = text.find('\n');
  if (newline == std::string_view::npos) return std::nullopt;
  const auto first = text.substr(0, newline + 1);
  auto rest = first.substr(kBegin.size());
  const auto counted = std::from_chars(rest.data(), rest.data() + rest.size(), heading.count);
  rest.remove_prefix(static_cast<size_t>(counted.ptr - rest.data()));
  if (counted.ec != std::errc() || !rest.starts_with(kHash)) return std::nullopt;
  rest.remove_prefix(kHash.size());
  const auto hash = hex64_of(rest.substr(0, kHash64Digits));
  if (!hash || rest.substr(kHash64Digits) != kSessions) return std::nullopt;
  heading.hash = *hash;
  heading.size_bytes = first.size();
  return heading;
}

}  // namespace

UnixMillis last_time_of(const IndexedSession& session) {
  constexpr int64_t kNanosPerMilli = 1'000'000;
  if (session.identity.last_time) return *session.identity.last_time;
  int64_t newest_ns = 0;
  for (const auto& source : session.sources) {
    newest_ns = std::max(newest_ns, source.mtime_ns);
  }
  return {newest_ns / kNanosPerMilli};
}

SessionIndex::SessionIndex() : reader_(std::make_unique<IndexedSessionReader>()) {}
SessionIndex::~SessionIndex() = default;
SessionIndex::SessionIndex(SessionIndex&&) noexcept = default;
SessionIndex& SessionIndex::operator=(SessionIndex&&) noexcept = default;

Result<SessionIndex> SessionIndex::from_json(std::string text) {
  if (!text.starts_with(kBegin)) return not_understood(text);
  const auto heading = heading_of(text);
  if (!heading) return damaged("its first line");
  auto lines = std::string_view(text).substr(heading->size_bytes);
  if (hash64(lines) != heading->hash || !lines.ends_with(kEnd)) {
    return damaged("its hash is another");
  }
  lines.remove_suffix(kEnd.size());
  SessionIndex index;
  index.reserve(std::min(heading->count, lines.size()));
  for (SessionKeys keys; !lines.empty();) {
    const auto line = lines.substr(0, lines.find('\n'));
    const auto offset = static_cast<size_t>(line.data() - text.data());
    if (!read_keys(line, keys) || index.slots_.contains(keys.session)) return damaged("a session");
    index.enter(keys, {.offset = offset,
                       .length = static_cast<uint32_t>(line.size() - line.ends_with(',')),
                       .is_recorded = keys.is_recorded});
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
  }
  if (index.size() != heading->count) return damaged("its count is another");
  index.text_ = std::move(text);
  return index;
}

SessionIndex SessionIndex::salvaged_from(std::string_view text) {
  SessionIndex index;
  while (!text.empty()) {
    const auto newline = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, newline);
    text.remove_prefix(std::min(newline + 1, text.size()));
    if (line.ends_with(',')) line.remove_suffix(1);
    if (const auto* const session = index.reader_->read(line)) index.put_unread(*session);
  }
  return index;
}

std::string SessionIndex::to_json() const {
  std::string json(kBegin);
  json.reserve(text_.size() - garbage_bytes_ + 2 * slots_.size() + 200);
  json.append(std::to_string(slots_.size())).append(kHash);
  const size_t hash_at = json.size();
  json.append(kHash64Digits, '0').append(kSessions);
  const size_t lines_at = json.size();
  for (const auto& [session, slot] : slots_) {
    if (json.size() > lines_at) json.append(",\n");
    json.append(line_of(slot));
  }
  if (json.size() > lines_at) json.push_back('\n');
  json.append(kEnd);
  const auto hash = to_hex(hash64(std::string_view(json).substr(lines_at)));
  json.replace(hash_at, kHash64Digits, hash);
  return json;
}

void SessionIndex::reserve(size_t sessions) {
  slots_.reserve(sessions);
  sources_.reserve(sessions);
  first_keys_.reserve(sessions);
}

std::string_view SessionIndex::line_of(const Slot& slot) const {
  return std::string_view(text_).substr(slot.offset, slot.length);
}

const IndexedSession* SessionIndex::take_apart(const Slot& slot) const {
  return reader_->read(line_of(slot));
}

void SessionIndex::enter(const SessionKeys& keys, Slot slot) {
  for (const auto& source : keys.sources) {
    sources_.insert_or_assign(source.path,
                              SourceEntry{.session = keys.session, .stamp = source.stamp});
    if (source.first_record != 0) first_keys_.emplace(source.first_record, keys.session);
  }
  slots_.emplace(keys.session, slot);
}

void SessionIndex::add(const SessionKeys& keys, const IndexedSession& session) {
  drop(keys.session);
  const auto line = indexed_session_to_json(session, keys);
  enter(keys, {.offset = text_.size(),
               .length = static_cast<uint32_t>(line.size()),
               .is_recorded = keys.is_recorded});
  text_.append(line);
}

void SessionIndex::drop(uint64_t session) {
  const auto slot = slots_.find(session);
  if (slot == slots_.end()) return;
  if (SessionKeys known; read_keys(line_of(slot->second), known)) {
    for (const auto& source : known.sources) {
      const auto entry = sources_.find(source.path);
      if (entry != sources_.end() && entry->second.session == session) sources_.erase(entry);
      const auto [from, to] = first_keys_.equal_range(source.first_record);
      for (auto key = from; key != to;) {
        key = key->second == session ? first_keys_.erase(key) : std::next(key);
      }
    }
  }
  garbage_bytes_ += slot->second.length;
  slots_.erase(slot);
}

void SessionIndex::put(const SessionMeta& meta) {
  add(keys_of(meta), indexed_session_of(meta));
  compact();
}

void SessionIndex::put_unread(IndexedSession session) {
  session.sources.clear();
  const SessionKeys keys{.session = hash64(session.identity.session_id),
                         .is_recorded = !session.recordings.empty(),
                         .sources = {}};
  add(keys, session);
}

void SessionIndex::remove(std::string_view session_id) {
  drop(hash64(session_id));
  compact();
}

void SessionIndex::compact() {
  if (garbage_bytes_ < kMinGarbageBytes || garbage_bytes_ < text_.size() / 2) return;
  std::string kept;
  kept.reserve(text_.size() - garbage_bytes_);
  for (auto& [session, slot] : slots_) {
    const auto line = line_of(slot);
    slot.offset = kept.size();
    kept.append(line);
  }
  text_ = std::move(kept);
  garbage_bytes_ = 0;
}

std::optional<IndexedSession> SessionIndex::find(std::string_view session_id) const {
  const auto slot = slots_.find(hash64(session_id));
  if (slot == slots_.end()) return std::nullopt;
  const auto* const session = take_apart(slot->second);
  if (session == nullptr || session->identity.session_id != session_id) return std::nullopt;
  return *session;
}

void SessionIndex::for_each(const Take& take) const {
  for (const auto& [id, slot] : slots_) {
    if (const auto* const session = take_apart(slot)) take(*session);
  }
}

void SessionIndex::for_each_recorded(const Take& take) const {
  for (const auto& [id, slot] : slots_) {
    if (!slot.is_recorded) continue;
    if (const auto* const session = take_apart(slot)) take(*session);
  }
}

bool SessionIndex::has_untouched(uint64_t path_hash, uint64_t stamp) const {
  const auto entry = sources_.find(path_hash);
  return entry != sources_.end() && entry->second.stamp == stamp;
}

std::vector<std::string> SessionIndex::sessions_beginning_with(std::string_view record_key) const {
  std::vector<std::string> sessions;
  if (record_key.empty()) return sessions;
  const auto [from, to] = first_keys_.equal_range(hash64(record_key));
  for (auto key = from; key != to; ++key) {
    const auto slot = slots_.find(key->second);
    const auto* const session = slot == slots_.end() ? nullptr : take_apart(slot->second);
    if (session != nullptr) sessions.push_back(session->identity.session_id);
  }
  return sessions;
}

size_t SessionIndex::memory_bytes() const noexcept {
  constexpr size_t kNodeBytes = 48;
  return text_.capacity() +
         (slots_.size() + sources_.size() + first_keys_.size()) * (kNodeBytes + sizeof(void*));
}

}  // namespace kato
