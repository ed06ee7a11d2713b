#include <ostream>

#include "bench/generate/json.h"
#include "bench/generate/logs.h"

namespace kato::bench {
namespace {

constexpr int64_t kBegin = 1767600000000;

// The dialect of 2026: "paginated".
class CodexLog {
 public:
  CodexLog(std::ostream& out, uint64_t seed)
      : out_(out), words_(seed), session_(words_.uuid()), moments_(kBegin) {
    line("session_meta",
         object({{"id", quoted(session_)},
                 {"timestamp", quoted(moments_.after(0))},
                 {"cwd", quoted("/home/ada/tide-clock")},
                 {"originator", quoted("codex-tui")},
                 {"cli_version", quoted("0.169.0")},
                 {"source", quoted("vscode")},
                 {"thread_source", quoted("user")},
                 {"model_provider", quoted("openai")},
                 {"base_instructions", object({{"text", quoted(words_.code(300))}})},
                 {"history_mode", quoted("paginated")}}));
  }

  [[nodiscard]] uint64_t written() const { return written_; }

  void turn() {
    turn_ = words_.uuid();
    line("event_msg", object({{"type", quoted("task_started")},
                              {"turn_id", quoted(turn_)},
                              {"model_context_window", "258400"}}));
    line("turn_context", object({{"turn_id", quoted(turn_)},
                                 {"cwd", quoted("/home/ada/tide-clock")},
                                 {"approval_policy", quoted("on-request")},
                                 {"model", quoted("gpt-6.1-sol")},
                                 {"summary", quoted("auto")}}));
    user(words_.prose());
    for (uint64_t step = words_.below(12); step > 0; --step) {
      call_a_tool();
    }
    const auto said = words_.answer();
    assistant(said, "final_answer");
    line("event_msg", object({{"type", quoted("task_complete")},
                              {"turn_id", quoted(turn_)},
                              {"last_agent_message", quoted(said)}}));
  }

 private:
  void line(std::string_view type, const std::string& payload) {
    const auto text = object({{"timestamp", quoted(moments_.after(words_.below(4000)))},
                              {"ordinal", std::to_string(ordinal_++)},
                              {"type", quoted(type)},
                              {"payload", payload}});
    out_ << text << '\n';
    written_ += text.size() + 1;
  }

  void item(const std::string& fields) {
    const auto now = std::to_string(moments_.unix_ms());
    line("event_msg", object({{"type", quoted("item_completed")},
                              {"thread_id", quoted(session_)},
                              {"turn_id", quoted(turn_)},
                              {"item", fields},
                              {"started_at_ms", now},
                              {"completed_at_ms", now}}));
  }

  void user(const std::string& text) {
    const auto about =
        object({{"turn_id", quoted(turn_)}, {"content_item_kinds", array({quoted("user.text")})}});
    const auto input = object({{"type", quoted("input_text")}, {"text", quoted(text)}});
    line("response_item", object({{"type", quoted("message")},
                                  {"id", quoted("msg_" + words_.hex(24))},
                                  {"role", quoted("user")},
                                  {"content", array({input})},
                                  {"internal_chat_message_metadata_passthrough", about}}));
    const auto content = object({{"type", quoted("text")}, {"text", quoted(text)}});
    item(object({{"type", quoted("UserMessage")},
                 {"id", quoted(words_.uuid())},
                 {"content", array({content})}}));
  }

  void assistant(const std::string& text, std::string_view phase) {
    const auto id = quoted("msg_" + words_.hex(24));
    const auto shown = object({{"type", quoted("Text")}, {"text", quoted(text)}});
    item(object({{"type", quoted("AgentMessage")},
                 {"id", id},
                 {"content", array({shown})},
                 {"phase", quoted(phase)}}));
    const auto output = object({{"type", quoted("output_text")}, {"text", quoted(text)}});
    line("response_item", object({{"type", quoted("message")},
                                  {"id", id},
                                  {"role", quoted("assistant")},
                                  {"content", array({output})},
                                  {"phase", quoted(phase)}}));
  }

  void call_a_tool() {
    if (words_.one_in(2)) {
      const auto summary =
          object({{"type", quoted("summary_text")}, {"text", quoted(words_.prose())}});
      line("response_item", object({{"type", quoted("reasoning")},
                                    {"id", quoted("rs_" + words_.hex(24))},
                                    {"summary", array({summary})},
                                    {"content", "null"},
                                    {"encrypted_content", quoted(words_.hex(1200))}}));
    }
    if (words_.one_in(4)) assistant(words_.prose(), "commentary");
    const auto call = quoted("call_" + words_.hex(24));
    const auto arguments = object({{"cmd", quoted("rg -n " + words_.path())}});
    line("response_item", object({{"type", quoted("function_call")},
                                  {"name", quoted("exec_command")},
                                  {"arguments", quoted(arguments)},
                                  {"call_id", call}}));
    line("response_item", object({{"type", quoted("function_call_output")},
                                  {"call_id", call},
                                  {"output", quoted("Process exited with code 0\nOutput:\n" +
                                                    words_.tool_output())}}));
    line("event_msg", object({{"type", quoted("token_count")}, {"info", "null"}}));
  }

  std::ostream& out_;
  Vocabulary words_;
  std::string session_;
  Moments moments_;
  std::string turn_;
  uint64_t ordinal_ = 0;
  uint64_t written_ = 0;
};

}  // namespace

std::string codex_path(const LogRequest& request) {
  return ".codex/sessions/2026/01/05/rollout-2026-01-05T08-00-00-" +
         Vocabulary(request.seed).uuid() + ".jsonl";
}

void write_codex(std::ostream& out, const LogRequest& request) {
  CodexLog log(out, request.seed);
  while (log.written() < request.bytes) {
    log.turn();
  }
}

}  // namespace kato::bench
