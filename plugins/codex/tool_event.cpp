#include "tool_event.h"

#include "json_object.h"
#include "tool_output.h"

namespace kato::codex {
namespace {

struct Ended {
  std::string_view id;
  std::string_view name;
  std::string_view input;
  bool has_result = true;
  bool failed = false;
};

// True if the items have the call and its output: then this event adds at most that it failed.
bool told_by_items(Line& line, std::string_view id, bool failed) {
  if (!line.state.seen_item || id.starts_with("exec-")) return false;
  if (failed) line.state.failed_calls.put(line.hash(id));
  line.record.ignore("duplicate");
  return true;
}

void tell(Line& line, const Ended& ended, std::string_view output) {
  if (ended.id.empty()) return;  // unknown: raw
  auto call = line.draft(KATO_ASSISTANT_TOOL_CALL, line.arena().join({"call/", ended.id}));
  call.tool_call_id = ended.id;
  // A command may end long after the turn whose script began it.
  const bool same_turn = line.named_turn.empty() || line.named_turn == line.state.turn_id;
  if (same_turn && !line.state.open_script.empty()) {
    call.parent_tool_call_id = line.state.open_script;
  }
  call.tool_name = ended.name;
  call.input_json = ended.input;
  line.record.emit(call);
  if (!ended.has_result) return;
  auto result = line.draft(KATO_ASSISTANT_TOOL_RESULT, line.arena().join({"result/", ended.id}));
  result.tool_call_id = ended.id;
  result.text = output;
  if (ended.failed) result.payload_flags |= KATO_PAYLOAD_IS_ERROR;
  line.record.emit(result);
}

bool is_failure(jsonlog::Value source) noexcept {
  const auto status = source["status"].word();
  const auto success = source["success"];
  return source["exit_code"].integer().value_or(0) != 0 || status == "failed" ||
         status == "declined" || (success.exists() && !success.is_true());
}

// Standard output and error, as one text.
std::string_view both_outputs(const Line& line, jsonlog::Value source) {
  const auto all = source["aggregated_output"].text();
  if (!all.empty()) return all;
  const auto out = source["stdout"].text();
  const auto err = source["stderr"].text();
  return err.empty() ? out : line.arena().join({out, err});
}

void on_command(Line& line, std::string_view id, jsonlog::Value source) {
  // A person's "!" line, which has an item of its own.
  if (const auto by = source["source"].word(); by == "user_shell" || by == "userShell") {
    line.record.ignore("duplicate");
    return;
  }
  if (told_by_items(line, id, is_failure(source))) return;
  JsonObject input;
  input.add_all(source, {"command", "cwd"});
  tell(line, {id, "exec_command", input.finish(line), true, is_failure(source)},
       both_outputs(line, source));
}

void on_patch(Line& line, std::string_view id, jsonlog::Value source) {
  if (told_by_items(line, id, is_failure(source))) return;
  tell(line, {id, "apply_patch", source["changes"].json(), true, is_failure(source)},
       both_outputs(line, source));
}

void on_search(Line& line, std::string_view id, jsonlog::Value source) {
  if (told_by_items(line, id, false)) return;
  JsonObject input;
  input.add_all(source, {"query", "action"});
  tell(line, {id, "web_search", input.finish(line), false, false}, {});
}

struct McpResult {
  std::string_view text;
  bool failed = false;
};

McpResult mcp_result(const Line& line, jsonlog::Value result, jsonlog::Value error) {
  if (error.is_string()) return {error.text(), true};
  if (error.is_object()) return {error["message"].text(), true};
  const bool failed = result["isError"].is_true() || result["is_error"].is_true();
  return {joined_blocks(line, result["content"]), failed};
}

void on_mcp(Line& line, std::string_view id, jsonlog::Value invocation, const McpResult& result) {
  if (told_by_items(line, id, result.failed)) return;
  const auto server = invocation["server"].text();
  const auto tool = invocation["tool"].text();
  const auto name = server.empty() ? tool : line.arena().join({server, "__", tool});
  tell(line, {id, name, invocation["arguments"].json(), true, result.failed}, result.text);
}

// A tool of the program around Codex.
void on_dynamic(Line& line, std::string_view id, jsonlog::Value source) {
  const auto error = source["error"];
  const bool failed = is_failure(source) || error.is_string();
  if (told_by_items(line, id, failed)) return;
  const auto space = source["namespace"].text();
  const auto tool = source["tool"].text();
  const auto name = space.empty() ? tool : line.arena().join({space, ".", tool});
  tell(line, {id, name, source["arguments"].json(), true, failed},
       error.is_string() ? error.text() : joined_blocks(line, source["content_items"]));
}

}  // namespace

void on_exec_command_end(Line& line) {
  on_command(line, line.payload["call_id"].word(), line.payload);
}
void on_patch_apply_end(Line& line) {
  on_patch(line, line.payload["call_id"].word(), line.payload);
}
void on_web_search_end(Line& line) {
  on_search(line, line.payload["call_id"].word(), line.payload);
}
void on_mcp_tool_call_end(Line& line) {
  const auto result = line.payload["result"];
  on_mcp(line, line.payload["call_id"].word(), line.payload["invocation"],
         mcp_result(line, result["Ok"], result["Err"]));
}

void on_command_item(Line& line, jsonlog::Value item) {
  on_command(line, item["id"].word(), item);
}
void on_file_change_item(Line& line, jsonlog::Value item) {
  on_patch(line, item["id"].word(), item);
}
void on_web_search_item(Line& line, jsonlog::Value item) {
  on_search(line, item["id"].word(), item);
}
void on_dynamic_tool_call_end(Line& line) {
  on_dynamic(line, line.payload["call_id"].word(), line.payload);
}
void on_dynamic_tool_item(Line& line, jsonlog::Value item) {
  on_dynamic(line, item["id"].word(), item);
}
void on_mcp_item(Line& line, jsonlog::Value item) {
  on_mcp(line, item["id"].word(), item, mcp_result(line, item["result"], item["error"]));
}

}  // namespace kato::codex
