#include <ostream>

#include "bench/generate/json.h"
#include "bench/generate/logs.h"

namespace kato::bench {
namespace {

constexpr int64_t kBegin = 1767600000000;

class ClaudeLog {
 public:
  ClaudeLog(std::ostream& out, uint64_t seed)
      : out_(out), words_(seed), session_(words_.uuid()), moments_(kBegin) {}

  [[nodiscard]] uint64_t written() const { return written_; }
  [[nodiscard]] const std::string& session() const { return session_; }

  void turn() {
    line(object({{"type", quoted("permission-mode")},
                 {"permissionMode", quoted("default")},
                 {"sessionId", quoted(session_)}}));
    user(quoted(words_.prose()), object({{"kind", quoted("human")}}));
    for (uint64_t step = words_.below(12); step > 0; --step) {
      call_a_tool();
    }
    assistant(object({{"type", quoted("text")}, {"text", quoted(words_.answer())}}), "end_turn");
  }

 private:
  void line(const std::string& text) {
    out_ << text << '\n';
    written_ += text.size() + 1;
  }

  // The fields that all records of the conversation begin and end with.
  std::string record(const std::string& type, const std::string& fields) {
    const auto uuid = words_.uuid();
    auto text =
        "{\"parentUuid\":" + (parent_.empty() ? "null" : quoted(parent_)) +
        ",\"isSidechain\":false," + fields + ",\"type\":" + quoted(type) +
        ",\"uuid\":" + quoted(uuid) +
        ",\"timestamp\":" + quoted(moments_.after(words_.below(20000))) +
        R"(,"userType":"external","entrypoint":"cli","cwd":"/home/ada/tide-clock","sessionId":)" +
        quoted(session_) + R"(,"version":"2.1.330","gitBranch":"main"})";
    parent_ = uuid;
    return text;
  }

  void user(const std::string& content, const std::string& origin) {
    line(record(
        "user",
        "\"promptId\":" + quoted(words_.uuid()) +
            ",\"message\":" + object({{"role", quoted("user")}, {"content", content}}) +
            ",\"permissionMode\":\"default\",\"promptSource\":\"typed\",\"origin\":" + origin));
  }

  void assistant(const std::string& block, const std::string& stop) {
    const auto usage = object({{"input_tokens", std::to_string(words_.below(90))},
                               {"cache_creation_input_tokens", std::to_string(words_.below(9000))},
                               {"cache_read_input_tokens", std::to_string(words_.below(150000))},
                               {"output_tokens", std::to_string(words_.below(900))},
                               {"service_tier", quoted("standard")}});
    const auto message = object({{"id", quoted("msg_01" + words_.hex(22))},
                                 {"type", quoted("message")},
                                 {"role", quoted("assistant")},
                                 {"model", quoted("claude-opus-5-5")},
                                 {"content", array({block})},
                                 {"stop_reason", quoted(stop)},
                                 {"stop_sequence", "null"},
                                 {"usage", usage}});
    line(record("assistant", "\"message\":" + message + ",\"apiBlockIndex\":0,\"requestId\":" +
                                 quoted("req_011" + words_.hex(20))));
  }

  void call_a_tool() {
    if (words_.one_in(3)) {
      assistant(object({{"type", quoted("thinking")},
                        {"thinking", quoted(words_.prose())},
                        {"signature", quoted(words_.hex(400))}}),
                "tool_use");
    }
    if (words_.one_in(2)) {
      assistant(object({{"type", quoted("text")}, {"text", quoted(words_.prose())}}), "tool_use");
    }
    const auto id = "toolu_01" + words_.hex(22);
    const auto output = words_.tool_output();
    assistant(object({{"type", quoted("tool_use")},
                      {"id", quoted(id)},
                      {"name", quoted("Bash")},
                      {"input", object({{"command", quoted("make " + words_.path())},
                                        {"description", quoted(words_.path())}})}}),
              "tool_use");
    const auto result = object({{"tool_use_id", quoted(id)},
                                {"type", quoted("tool_result")},
                                {"content", quoted(output)},
                                {"is_error", words_.one_in(20) ? "true" : "false"}});
    line(record(
        "user",
        "\"message\":" + object({{"role", quoted("user")}, {"content", array({result})}}) +
            ",\"toolUseResult\":" +
            object(
                {{"stdout", quoted(output)}, {"stderr", quoted("")}, {"interrupted", "false"}})));
  }

  std::ostream& out_;
  Vocabulary words_;
  std::string session_;
  Moments moments_;
  std::string parent_;
  uint64_t written_ = 0;
};

}  // namespace

std::string claude_path(const LogRequest& request) {
  return ".claude/projects/-home-ada-tide-clock/" + Vocabulary(request.seed).uuid() + ".jsonl";
}

void write_claude(std::ostream& out, const LogRequest& request) {
  ClaudeLog log(out, request.seed);
  while (log.written() < request.bytes) {
    log.turn();
  }
}

}  // namespace kato::bench
