#include "host/session/run_mark.h"

#include <nlohmann/json.hpp>

#include "host/base/time_text.h"
#include "host/event/json_text.h"
#include "host/io/files.h"
#include "host/session/json_fields.h"

namespace kato {
namespace {

constexpr uint64_t kMaxBytes = uint64_t{64} << 10;
constexpr const char* kBootIdFile = "/proc/sys/kernel/random/boot_id";

Result<RunMark> mark_of(const std::string& text) {
  const auto json = parse_state_json(text);
  if (!json) return forward(json);
  JsonFields fields(*json, "");
  if (auto version = fields.schema_version(kRunSchemaVersion); !version) return forward(version);
  RunMark mark;
  std::optional<UnixMillis> started;
  std::optional<UnixMillis> commands_since;
  fields.time("startedAt", started);
  fields.time("commandsSince", commands_since);
  fields.text("bootId", mark.boot_id);
  fields.number("pid", mark.process_id);
  fields.flag("ended", mark.ended);
  fields.flag("powerLost", mark.power_lost);
  if (!started || !commands_since) fields.complain("startedAt", "missing");
  if (auto done = fields.finish(); !done) return forward(done);
  mark.started = *started;
  mark.commands_since = *commands_since;
  return mark;
}

// What was not synced need not be there.
bool lost_power(const std::optional<RunMark>& last, const std::string& boot_id) {
  if (!last) return false;
  return last->power_lost || (!last->ended && (boot_id.empty() || last->boot_id != boot_id));
}

}  // namespace

Result<std::optional<RunMark>> load_run_mark(FileSystem& files, const std::string& path) {
  const auto text = read_whole(files, path, kMaxBytes);
  if (!text && text.error().code() == ErrorCode::kNotFound) return std::nullopt;
  if (!text) return forward(text);
  auto mark = mark_of(*text);
  if (mark) return std::move(*mark);
  if (mark.error().code() == ErrorCode::kInvalid) {
    return fail(ErrorCode::kInvalid, "{} is damaged ({})", path, mark.error().message());
  }
  return fail(mark.error().code(),
              "{} is not understood ({}); it was not touched. Move it away to have the next run "
              "begin as the first",
              path, mark.error().message());
}

RunMark worst_run(UnixMillis now) {
  return {.started = now, .commands_since = now, .boot_id = {}, .power_lost = true};
}

Status store_run_mark(FileSystem& files, const std::string& path, const RunMark& mark) {
  std::string json;
  {
    JsonObject object(json);
    object.number("schemaVersion", kRunSchemaVersion);
    object.text("startedAt", format_rfc3339(mark.started));
    object.text("commandsSince", format_rfc3339(mark.commands_since));
    if (!mark.boot_id.empty()) object.text("bootId", mark.boot_id);
    object.number("pid", mark.process_id);
    object.flag_if_set("ended", mark.ended);
    object.flag_if_set("powerLost", mark.power_lost);
  }
  json.push_back('\n');
  return replace_whole(files, path, json, Durability::kSynced);
}

RunMark next_run(const std::optional<RunMark>& last, UnixMillis now, std::string boot_id,
                 int64_t process_id) {
  const bool unclean = last && !last->ended;
  const bool power_lost = lost_power(last, boot_id);
  return {.started = now,
          .commands_since = unclean ? std::min(last->commands_since, now) : now,
          .boot_id = std::move(boot_id),
          .process_id = process_id,
          .ended = false,
          .power_lost = power_lost};
}

std::string read_boot_id(FileSystem& files) {
  auto file = files.open(kBootIdFile, OpenMode::kRead);
  if (!file) return {};
  std::string text(64, '\0');
  const auto got = (*file)->read_at(0, text);
  text.resize(got.value_or(0));
  const auto end = text.find_last_not_of(" \n");
  text.resize(end == std::string::npos ? 0 : end + 1);
  return text;
}

}  // namespace kato
