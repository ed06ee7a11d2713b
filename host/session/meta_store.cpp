#include "host/session/meta_store.h"

#include <nlohmann/json.hpp>

#include "host/session/checksum.h"
#include "host/session/json_fields.h"
#include "host/session/session_meta_json.h"

namespace kato {
namespace {

constexpr uint64_t kMaxMetaBytes = uint64_t{64} << 20;
constexpr std::string_view kMetaSuffix = ".meta.json";

std::unexpected<Error> damaged(const std::string& path, const Error& why) {
  return fail(ErrorCode::kInvalid,
              "{} is damaged ({}); it was not touched. Move it away and restart (kato restart) to "
              "have the session taken up again from its log, and from Kato's copy if there is one; "
              "its recordings must be started again then",
              path, why.message());
}

std::unexpected<Error> not_known(const std::string& path, uint32_t version) {
  return fail(ErrorCode::kUnsupported,
              "{} has schema version {}, this build of Kato knows version {}; it was not touched. "
              "Use the Kato that wrote it, or move it away and restart (kato restart) to have the "
              "session taken up again from its log, and from Kato's copy if there is one; its "
              "recordings must be started again then",
              path, version, kMetaSchemaVersion);
}

Result<uint32_t> version_of(const nlohmann::json& json) {
  uint32_t version = 0;
  JsonFields fields(json, "");
  fields.number("schemaVersion", version, Need::kMust);
  if (auto read = fields.first(); !read) return forward(read);
  return version;
}

}  // namespace

MetaStore::MetaStore(FileSystem& files, StateFolder folder, std::vector<MetaMigration> migrations)
    : files_(files), folder_(std::move(folder)), migrations_(std::move(migrations)) {}

Result<std::optional<SessionMeta>> MetaStore::load(std::string_view key) {
  const auto path = folder_.meta(key);
  const auto text = read_whole(files_, path, kMaxMetaBytes);
  if (!text && text.error().code() == ErrorCode::kNotFound) return std::nullopt;
  if (!text) return forward(text);
  auto meta = understand(path, *text);
  if (!meta) return forward(meta);
  if (session_key(*meta) != key) {
    return damaged(path,
                   Error(ErrorCode::kInvalid, "it belongs to the session " + session_key(*meta)));
  }
  return std::move(*meta);
}

Result<SessionMeta> MetaStore::understand(const std::string& path, const std::string& text) {
  auto json = parse_state_json(text);
  if (!json) return damaged(path, json.error());
  const auto version = version_of(*json);
  if (!version) return damaged(path, version.error());
  if (*version > kMetaSchemaVersion) return not_known(path, *version);
  // One without was written before there was any.
  if (json->contains(kChecksumName) && !fits_checksum(text)) {
    return damaged(path, Error(ErrorCode::kInvalid, "it is not as it was written"));
  }
  if (*version < kMetaSchemaVersion) {
    if (auto migrated = migrate(path, text, *version, *json); !migrated) return forward(migrated);
  }
  auto meta = meta_from_json(*json);
  if (!meta) return damaged(path, meta.error());
  return meta;
}

Status MetaStore::migrate(const std::string& path, const std::string& text, uint32_t version,
                          nlohmann::json& json) {
  const auto backup = path + ".v" + std::to_string(version);
  for (uint32_t at = version; at < kMetaSchemaVersion; ++at) {
    const auto migration = std::ranges::find(migrations_, at, &MetaMigration::from);
    if (migration == migrations_.end()) return not_known(path, version);
    if (auto applied = migration->apply(json); !applied) return damaged(path, applied.error());
    json["schemaVersion"] = at + 1;
  }
  if (files_.info(backup)) return {};
  return replace_whole(files_, backup, text, Durability::kSynced);
}

Status MetaStore::store(const SessionMeta& meta, Durability durability) {
  return replace_whole(files_, folder_.meta(session_key(meta)), meta_to_json(meta), durability);
}

Result<std::vector<std::string>> MetaStore::keys() {
  const auto entries = files_.list(folder_.sessions());
  if (!entries) return forward(entries);
  std::vector<std::string> keys;
  for (const auto& entry : *entries) {
    if (!entry.name.ends_with(kMetaSuffix)) continue;
    keys.push_back(entry.name.substr(0, entry.name.size() - kMetaSuffix.size()));
  }
  return keys;
}

Status MetaStore::remove(std::string_view key) {
  auto removed = files_.remove(folder_.meta(key));
  if (!removed && removed.error().code() == ErrorCode::kNotFound) return {};
  return removed;
}

}  // namespace kato
