#include "tool.h"

#include <vector>

#include "attachments.h"
#include "decision.h"
#include "parts.h"

namespace kato::gemini {
namespace {

constexpr size_t kMaxCallId = 256;
// Older clients put the manual of the tool into "description"; that is no description of the call.
constexpr size_t kMaxDescription = 120;
constexpr std::string_view kMasked = "<tool_output_masked>";

// Under which keys the events of a call stand.
struct CallKeys {
  std::string_view id;      // for toolCallId
  std::string_view record;  // record_key of its drafts
  std::string_view suffix;  // of part keys; "" if the call's id is in the record key

  [[nodiscard]] std::string_view part(const Message& message, std::string_view name) const {
    return suffix.empty() ? name : message.arena().join({name, suffix});
  }
};

CallKeys keys_of(const Message& message, Value id, uint64_t index) {
  auto text = id.text();
  if (text.size() > kMaxCallId) {
    text = message.arena().copy(jsonlog::to_hex(message.hash(text)));
  }
  if (!text.empty()) return {text, message.arena().join({"call/", text}), {}};
  const auto place = message.part_key("", index);
  return {message.arena().join({message.key(), place}), message.key(), place};
}

sdk::Draft call_draft(const Message& message, const CallKeys& keys, kato_event_kind kind,
                      std::string_view part) {
  auto draft = message.draft(kind, keys.part(message, part));
  draft.record_key = keys.record;
  draft.tool_call_id = keys.id;
  return draft;
}

std::string_view describe(Value call) {
  constexpr size_t kLongestEscape = 6;
  const auto description = call["description"];
  if (description.word().size() > kMaxDescription * kLongestEscape) return {};
  const auto text = description.text();
  const bool short_line =
      text.size() <= kMaxDescription && text.find('\n') == std::string_view::npos;
  return short_line ? text : std::string_view();
}

void emit_call(const Message& message, const CallKeys& keys, Value call) {
  const auto name = call["name"].text();
  if (name.empty()) {
    auto raw = call_draft(message, keys, KATO_PROVIDER_RAW, "call");
    raw.raw_type = "nameless-call";
    message.emit(raw);
    return;
  }
  auto draft = call_draft(message, keys, KATO_ASSISTANT_TOOL_CALL, "call");
  draft.tool_name = name;
  draft.input_json = call["args"].json();
  draft.description = or_absent(describe(call));
  message.emit(draft);
}

// What a tool gave back.
struct ToolResult {
  std::string_view text;
  bool is_error = false;
};

ToolResult read_response(Value response) {
  const auto output = response["output"];
  const auto error = response["error"];
  if (output.exists()) return {output.is_string() ? output.text() : output.json(), false};
  if (error.exists()) return {error.is_string() ? error.text() : error.json(), true};
  return {response.is_string() ? response.text() : response.json(), false};
}

bool is_media(const Part& part) {
  return part.kind == PartKind::kInlineData || part.kind == PartKind::kFileData;
}

// Pictures and the like that stand within a function response.
void add_media(const Message& message, Value response, std::vector<std::string_view>& texts) {
  for_each_part(response["parts"], [&](const Part& part) {
    if (is_media(part)) texts.push_back(attachment_words(message, part));
  });
}

// "result": text, or parts of which one is a function response.
ToolResult read_result(const Message& message, Value result) {
  ToolResult found;
  std::vector<std::string_view> texts;
  for_each_part(result, [&](const Part& part) {
    if (part.kind == PartKind::kFunctionResponse) {
      const auto response = read_response(part.value["response"]);
      found.is_error = found.is_error || response.is_error;
      texts.push_back(response.text);
      add_media(message, part.value, texts);
    } else if (part.kind == PartKind::kText) {
      texts.push_back(part.value.text());
    } else if (is_media(part)) {
      texts.push_back(attachment_words(message, part));
    }
  });
  found.text = message.joined(texts, "\n");
  return found;
}

void emit_result(const Message& message, const CallKeys& keys, const ToolResult& result,
                 std::string_view timestamp) {
  auto draft = call_draft(message, keys, KATO_ASSISTANT_TOOL_RESULT, "result");
  draft.text = result.text.data() == nullptr ? std::string_view("") : result.text;
  if (result.is_error) draft.payload_flags |= KATO_PAYLOAD_IS_ERROR;
  if (result.text.starts_with(kMasked)) draft.payload_flags |= KATO_PAYLOAD_TRUNCATED;
  if (!timestamp.empty()) draft.provider_timestamp = timestamp;
  message.emit(draft);
}

// What the terminal showed: a text, a change of a file, a list of things to do, coloured output.
std::string_view shown_text(Value shown) {
  if (shown.is_string()) return shown.text();
  if (const auto change = shown["fileDiff"]; change.is_string()) return change.text();
  return shown.is_object() || shown.is_array() ? shown.json() : std::string_view();
}

enum class CallState { kRunning, kDone, kFailed };

bool is_there(Value value) {
  return value.exists() && value.kind() != jsonlog::JsonKind::kNull;
}

CallState state_of(Value call) {
  const auto status = call["status"].word();
  if (status == "error" || status == "cancelled") return CallState::kFailed;
  // Output is shown while a tool is running, too.
  const bool shown = status.empty() && is_there(call["resultDisplay"]);
  const bool done = status == "success" || shown || is_there(call["result"]);
  return done ? CallState::kDone : CallState::kRunning;
}

}  // namespace

uint64_t call_hash(const Message& message, Value call) {
  return message.hash(message.arena().join({call["name"].text(), "\n", call["args"].json()}));
}

void map_tool_call(const Message& message, Value call, uint64_t index) {
  const auto keys = keys_of(message, call["id"], index);
  message.memory().calls.add(call_hash(message, call));
  emit_call(message, keys, call);
  const auto state = state_of(call);
  ToolResult result;
  if (state != CallState::kRunning) {
    result = read_result(message, call["result"]);
    if (result.text.empty()) result.text = shown_text(call["resultDisplay"]);
    result.is_error = result.is_error || state == CallState::kFailed;
  }
  const Decision decision{call,        keys.id,
                          keys.record, keys.suffix,
                          result.text, state != CallState::kRunning && !result.is_error};
  map_decision_prompt(message, decision);
  if (state == CallState::kRunning) return;
  message.memory().results.add(message.hash(keys.record));
  emit_result(message, keys, result, call["timestamp"].word());
  map_decision_response(message, decision);
}

void map_function_call(const Message& message, Value call, uint64_t index) {
  emit_call(message, keys_of(message, call["id"], index), call);
}

void map_function_response(const Message& message, Value response, uint64_t index) {
  const auto keys = keys_of(message, response["id"], index);
  const uint64_t hash = message.hash(keys.record);
  if (keys.suffix.empty()) {
    if (message.memory().results.has(hash)) return;
    message.memory().results.add(hash);
  }
  auto result = read_response(response["response"]);
  std::vector<std::string_view> texts = {result.text};
  add_media(message, response, texts);
  result.text = message.joined(texts, "\n");
  emit_result(message, keys, result, {});
}

void map_response_text(const Message& message, std::string_view tool, std::string_view text,
                       uint64_t index) {
  const auto keys = keys_of(message, {}, index);
  auto draft = call_draft(message, keys, KATO_ASSISTANT_TOOL_RESULT, "result");
  draft.tool_name = tool;
  draft.text = text;
  message.emit(draft);
}

}  // namespace kato::gemini
