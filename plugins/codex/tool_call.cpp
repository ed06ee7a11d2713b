#include "tool_call.h"

#include <string>

#include "attachments.h"
#include "json_object.h"
#include "questions.h"
#include "tool_output.h"

namespace kato::codex {
namespace {

// Calls that have no id of their own are called by their record's.
std::string_view call_id_of(const Line& line) {
  for (const auto name : {"call_id", "id"}) {
    if (const auto id = line.payload[name].word(); !id.empty()) return id;
  }
  return line.record.key();
}

void call(Line& line, std::string_view id, std::string_view name, std::string_view input) {
  auto draft = line.draft(KATO_ASSISTANT_TOOL_CALL, line.arena().join({"call/", id}));
  draft.tool_call_id = id;
  draft.tool_name = name;
  draft.input_json = input;
  line.record.emit(draft);
}

void result(Line& line, std::string_view id, const ToolOutput& output) {
  auto draft = line.draft(KATO_ASSISTANT_TOOL_RESULT, line.arena().join({"result/", id}));
  draft.tool_call_id = id;
  draft.text = output.text;
  if (output.is_error) draft.payload_flags |= KATO_PAYLOAD_IS_ERROR;
  if (output.truncated) draft.payload_flags |= KATO_PAYLOAD_TRUNCATED;
  line.record.emit(draft);
}

bool is_question(std::string_view name) noexcept {
  return name == "request_user_input" || name == "request_user_input_async";
}

}  // namespace

void on_function_call(Line& line) {
  const auto name = line.payload["name"].text();
  if (name.empty()) return;  // unknown: raw
  const auto space = line.payload["namespace"].text();
  const auto arguments = line.payload["arguments"];
  const auto id = call_id_of(line);
  auto input = arguments.json();
  if (arguments.is_string()) {
    const auto text = arguments.text();
    if (line.inner.parse(text, jsonlog::Behind::kPadding) == jsonlog::JsonError::kNone) {
      input = text;
    }
  }
  call(line, id, space.empty() ? name : line.arena().join({space, ".", name}), input);
  if (is_question(name)) {
    ask_questions(line, id, input, name.ends_with("_async"));
  }
}

void on_custom_tool_call(Line& line) {
  const auto name = line.payload["name"].text();
  if (name.empty()) return;
  const auto id = call_id_of(line);
  if (name == "exec") line.state.open_script = RolloutState::bounded(id);
  call(line, id, name, line.payload["input"].json());
}

void on_local_shell_call(Line& line) {
  call(line, call_id_of(line), "local_shell", line.payload["action"].json());
}

void on_web_search_call(Line& line) {
  call(line, call_id_of(line), "web_search", line.payload["action"].json());
}

void on_tool_search_call(Line& line) {
  call(line, call_id_of(line), "tool_search", line.payload["arguments"].json());
}

void on_image_generation_call(Line& line) {
  const auto id = call_id_of(line);
  JsonObject input;
  input.add("prompt", line.payload["revised_prompt"]);
  call(line, id, "image_generation", input.finish(line));
  const auto image = line.payload["result"].word();
  if (image.empty()) return;
  const auto url = line.arena().join({"data:image;base64,", image});
  result(line, id, {describe(line, attachment_of_url(line, url))});
}

void on_tool_output(Line& line) {
  const auto id = line.payload["call_id"].word();
  if (id.empty()) return;  // unknown: raw
  auto output = read_tool_output(line, line.payload["output"]);
  if (line.state.failed_calls.take(line.hash(id))) output.is_error = true;
  if (line.state.open_script == id) line.state.open_script.clear();
  const auto all = output.text;
  output.text = without_secrets(line, id, all);
  result(line, id, output);
  tell_answers(line, id, all);
}

void on_tool_search_output(Line& line) {
  const auto id = line.payload["call_id"].word();
  if (id.empty()) return;
  result(line, id, {line.payload["tools"].json()});
}

}  // namespace kato::codex
