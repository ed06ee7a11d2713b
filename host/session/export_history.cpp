#include "host/session/export_history.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "host/base/time_text.h"
#include "host/event/json_text.h"
#include "host/io/files.h"
#include "host/session/json_fields.h"
#include "host/session/meta_words.h"

namespace kato {
namespace {

constexpr uint64_t kMaxHistoryBytes = uint64_t{256} << 20;

std::string line_of(const ExportRecord& record) {
  std::string line;
  {
    JsonObject object(line);
    object.number("schemaVersion", kExportsSchemaVersion);
    if (!record.export_id.empty()) object.text("exportId", record.export_id);
    object.text("at", format_rfc3339(record.at));
    object.text("sessionId", record.session_id);
    object.text("destination", json_text_of_path(record.destination));
    object.text("sink", record.sink);
    object.text("origin", word_of(kOriginWords, record.origin));
    object.number("events", record.event_count);
    if (record.last_event) object.text("lastEventId", to_hex(*record.last_event));
    object.number("size", record.size_bytes);
    if (record.hash != 0) object.text("hash", to_hex(record.hash));
  }
  line.push_back('\n');
  return line;
}

std::optional<ExportRecord> record_of(std::string_view line) {
  const auto json = parse_state_json(line);
  if (!json) return std::nullopt;
  JsonFields fields(*json, "");
  if (!fields.schema_version(kExportsSchemaVersion)) return std::nullopt;
  ExportRecord record;
  std::optional<UnixMillis> at;
  fields.text("exportId", record.export_id);
  fields.time("at", at);
  fields.text("sessionId", record.session_id, Need::kMust);
  fields.path("destination", record.destination, Need::kMust);
  fields.text("sink", record.sink, Need::kMust);
  fields.one_of("origin", record.origin,
                [](std::string_view word) { return value_of(kOriginWords, word); });
  fields.number("events", record.event_count);
  fields.hex("lastEventId", record.last_event);
  fields.number("size", record.size_bytes);
  fields.hex("hash", record.hash);
  if (!at || !fields.finish()) return std::nullopt;
  record.at = *at;
  return record;
}

Result<bool> ends_within_line(File& file) {
  const auto info = file.info();
  if (!info) return forward(info);
  if (info->size_bytes == 0) return false;
  char last = '\n';
  const auto got = file.read_at(info->size_bytes - 1, std::span(&last, 1));
  if (!got) return forward(got);
  return last != '\n';
}

}  // namespace

Status add_export(FileSystem& files, const std::string& path, const ExportRecord& record) {
  auto file = files.open(path, OpenMode::kCreateOrAppend);
  if (!file) return forward(file, "history of exports");
  const auto torn = ends_within_line(**file);
  if (!torn) return forward(torn, "history of exports");
  return (*file)->append((*torn ? "\n" : "") + line_of(record));
}

Result<std::optional<ExportRecord>> find_export(FileSystem& files, const std::string& path,
                                                std::string_view export_id) {
  const auto history = load_exports(files, path);
  if (!history) return forward(history);
  const auto found = std::ranges::find(history->records, export_id, &ExportRecord::export_id);
  if (found == history->records.end()) return std::nullopt;
  return *found;
}

Result<ExportHistory> load_exports(FileSystem& files, const std::string& path) {
  ExportHistory history;
  const auto content = read_whole(files, path, kMaxHistoryBytes);
  if (!content && content.error().code() == ErrorCode::kNotFound) return history;
  if (!content) return forward(content, "history of exports");
  std::string_view rest = *content;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    if (auto record = record_of(rest.substr(0, end))) {
      history.records.push_back(std::move(*record));
    } else {
      ++history.unreadable_lines;
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return history;
}

}  // namespace kato
