#include "host/control/protocol.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "host/session/json_fields.h"

namespace kato {
namespace {

using nlohmann::ordered_json;

constexpr std::array<std::pair<ControlVerb, std::string_view>, 12> kVerbs{{
    {ControlVerb::kStatus, "status"},
    {ControlVerb::kRecordStart, "record.start"},
    {ControlVerb::kRecordCapture, "record.capture"},
    {ControlVerb::kRecordStop, "record.stop"},
    {ControlVerb::kPrivate, "private"},
    {ControlVerb::kUndoPrivate, "private.undo"},
    {ControlVerb::kSnapshotCreate, "snapshot.create"},
    {ControlVerb::kSnapshotList, "snapshot.list"},
    {ControlVerb::kSnapshotRemove, "snapshot.remove"},
    {ControlVerb::kReprocess, "reprocess"},
    {ControlVerb::kStop, "stop"},
    {ControlVerb::kReload, "reload"},
}};

constexpr std::array<std::pair<ErrorCode, std::string_view>, 9> kCodes{{
    {ErrorCode::kInvalid, "invalid"},
    {ErrorCode::kNotFound, "notFound"},
    {ErrorCode::kExists, "exists"},
    {ErrorCode::kRefused, "refused"},
    {ErrorCode::kUnsupported, "unsupported"},
    {ErrorCode::kIo, "io"},
    {ErrorCode::kPlugin, "plugin"},
    {ErrorCode::kCancelled, "cancelled"},
    {ErrorCode::kInternal, "internal"},
}};

template <class Names, class Value>
std::string_view name_in(const Names& names, Value value) {
  return std::ranges::find(names, value, [](const auto& entry) { return entry.first; })->second;
}

template <class Value, size_t Size>
std::optional<Value> value_in(const std::array<std::pair<Value, std::string_view>, Size>& names,
                              std::string_view name) {
  const auto found = std::ranges::find(names, name, [](const auto& entry) { return entry.second; });
  if (found == names.end()) return std::nullopt;
  return found->first;
}

std::string line_of(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string_view verb_name(ControlVerb verb) {
  return name_in(kVerbs, verb);
}

std::string to_line(const ControlRequest& request) {
  ordered_json json{{"protocol", kControlProtocol}, {"do", verb_name(request.verb)}};
  const auto add = [&json](const char* name, const std::string& value) {
    if (!value.empty()) json[name] = value;
  };
  add("session", request.session);
  add("source", request.source);
  add("destination", request.destination);
  if (request.all) json["all"] = true;
  return line_of(json);
}

Result<ControlRequest> request_from_line(std::string_view line) {
  const auto json = parse_state_json(std::string(line));
  if (!json) return forward(json, "request");
  JsonFields fields(*json, "");
  uint32_t protocol = 0;
  std::string verb;
  ControlRequest request;
  fields.number("protocol", protocol, Need::kMust);
  fields.text("do", verb, Need::kMust);
  fields.text("session", request.session);
  fields.text("source", request.source);
  fields.text("destination", request.destination);
  fields.flag("all", request.all);
  const auto read = fields.finish();
  if (protocol > kControlProtocol) {
    return fail(ErrorCode::kUnsupported,
                "the request is of protocol {}, this daemon knows {}; restart it: kato restart",
                protocol, kControlProtocol);
  }
  if (!read) return forward(read, "request");
  const auto known = value_in(kVerbs, verb);
  if (!known) {
    return fail(ErrorCode::kUnsupported,
                "this daemon knows no request '{}'; restart it: kato restart", verb);
  }
  request.verb = *known;
  return request;
}

std::string reply_to_line(const Result<std::string>& result) {
  if (result) return "{\"ok\":true,\"result\":" + *result + "}\n";
  return line_of({{"ok", false},
                  {"error",
                   {{"code", name_in(kCodes, result.error().code())},
                    {"message", result.error().message()}}}});
}

Result<std::string> reply_from_line(std::string_view line) {
  const auto json = ordered_json::parse(line, nullptr, false);
  if (!json.is_object() || !json.contains("ok")) {
    return fail(ErrorCode::kInternal, "the daemon's answer is not understood");
  }
  if (json["ok"] == true && json.contains("result")) return json["result"].dump();
  const auto error = json.value("error", ordered_json());
  const auto text = [&error](const char* name) {
    const auto value = error.is_object() ? error.value(name, ordered_json()) : ordered_json();
    return value.is_string() ? value.get<std::string>() : std::string("it failed");
  };
  const auto code = value_in(kCodes, text("code"));
  return std::unexpected(Error(code.value_or(ErrorCode::kInternal), text("message")));
}

}  // namespace kato
