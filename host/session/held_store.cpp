#include "host/session/held_store.h"

#include <nlohmann/json.hpp>

#include "host/base/base64.h"
#include "host/event/json_text.h"
#include "host/session/json_fields.h"

namespace kato {
namespace {

constexpr uint64_t kMaxHeldBytes = uint64_t{1} << 30;

Status read_line(std::string_view line, HeldBytes& held) {
  const auto json = parse_state_json(line);
  if (!json) return forward(json);
  JsonFields fields(*json, "");
  if (auto version = fields.schema_version(kHeldSchemaVersion); !version) return version;
  fields.path("source", held.source, Need::kMust);
  fields.text("key", held.key, Need::kMust);
  fields.number("offset", held.offset_bytes, Need::kMust);
  fields.hex("hash", held.hash, Need::kMust);
  fields.base64("bytes", held.bytes);
  return fields.finish();
}

}  // namespace

Result<std::vector<HeldBytes>> load_held(FileSystem& files, const std::string& path) {
  std::vector<HeldBytes> all;
  const auto content = read_whole(files, path, kMaxHeldBytes);
  if (!content && content.error().code() == ErrorCode::kNotFound) return all;
  if (!content) return forward(content, "held records");
  std::string_view rest = *content;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    if (auto read = read_line(rest.substr(0, end), all.emplace_back()); !read) {
      return fail(read.error().code(), "{} is not understood ({}); it was not touched", path,
                  read.error().message());
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return all;
}

Status store_held(FileSystem& files, const std::string& path, const std::vector<HeldBytes>& held,
                  Durability durability) {
  if (held.empty()) {
    auto removed = files.remove(path);
    if (!removed && removed.error().code() == ErrorCode::kNotFound) return {};
    return removed;
  }
  std::string content;
  for (const auto& record : held) {
    {
      JsonObject object(content);
      object.number("schemaVersion", kHeldSchemaVersion);
      object.text("source", json_text_of_path(record.source));
      object.text("key", record.key);
      object.number("offset", record.offset_bytes);
      object.text("hash", to_hex(record.hash));
      object.text("bytes", to_base64(record.bytes));
    }
    content.push_back('\n');
  }
  return replace_whole(files, path, content, durability);
}

}  // namespace kato
