#include "tests/support/conversation.h"

#include <cstdlib>

#include <fmt/format.h>

#include "host/base/time_text.h"

namespace kato::test {
namespace {

constexpr int64_t kMillisPerSecond = 1000;

class ClaudeConversation final : public Conversation {
 public:
  explicit ClaudeConversation(Settings settings) : Conversation(std::move(settings)) {}

  std::string log_path() const override { return ".claude/projects/-proj/" + session() + ".jsonl"; }
  std::string opening() override { return {}; }
  std::string user(std::string_view text) override {
    return record(R"("type":"user","message":{"role":"user","content":)" + json_string(text) +
                  R"(},"promptSource":"typed","origin":{"kind":"human"})");
  }
  std::string assistant(std::string_view text) override {
    return said(R"({"type":"text","text":)" + json_string(text) + "}");
  }
  std::string tool(std::string_view result) override {
    const auto id = fmt::format("toolu_{}", count());
    const auto call = said(R"({"type":"tool_use","id":")" + id +
                           R"(","name":"Bash","input":{"command":"make"}})");
    return call + record(R"("type":"user","message":{"role":"user","content":[)"
                         R"({"type":"tool_result","tool_use_id":")" +
                         id + R"(","content":)" + json_string(result) + "}]}");
  }

 private:
  std::string session() const {
    return fmt::format("{:08}-2222-4333-8444-555555555555", settings().number);
  }
  std::string said(const std::string& content) {
    return record(R"("type":"assistant","message":{"model":"claude-opus-5-5","id":"msg_)" +
                  std::to_string(count()) + R"(","type":"message","role":"assistant","content":[)" +
                  content + R"(],"usage":{"input_tokens":1,"output_tokens":2}})");
  }
  std::string record(const std::string& rest) {
    const auto time = next_time();
    return R"({"parentUuid":null,"isSidechain":false,"userType":"external","cwd":)" +
           json_string(settings().project) + R"(,"sessionId":")" + session() +
           R"(","version":"2.1.330","uuid":")" +
           fmt::format("{:08}-0000-4000-8000-{:012}", settings().number, count()) +
           R"(","timestamp":")" + time + R"(","entrypoint":"cli",)" + rest + "}\n";
  }
};

class CodexConversation final : public Conversation {
 public:
  explicit CodexConversation(Settings settings) : Conversation(std::move(settings)) {}

  std::string log_path() const override {
    return ".codex/sessions/2026/11/20/rollout-2026-11-20T10-00-00-" + session() + ".jsonl";
  }
  std::string opening() override {
    auto meta = record("session_meta", R"("id":")" + session() + R"(","timestamp":")" +
                                           format_rfc3339(settings().begin) + R"(","cwd":)" +
                                           json_string(settings().project) +
                                           R"(,"originator":"codex-tui","cli_version":"0.137.0",)"
                                           R"("source":"cli","model_provider":"openai")");
    return meta + record("turn_context",
                         R"("turn_id":"turn-1","cwd":)" + json_string(settings().project) +
                             R"(,"approval_policy":"never","model":"gpt-5.5","summary":"auto")");
  }
  std::string user(std::string_view text) override {
    const auto said = json_string(text);
    const auto item = record("response_item", R"("type":"message","role":"user","content":[)"
                                              R"({"type":"input_text","text":)" +
                                                  said + "}]");
    return item + record("event_msg", R"("type":"user_message","message":)" + said +
                                          R"(,"images":[],"text_elements":[])");
  }
  std::string assistant(std::string_view text) override {
    const auto said = json_string(text);
    const auto event = record(
        "event_msg", R"("type":"agent_message","message":)" + said + R"(,"phase":"final_answer")");
    return event + record("response_item", R"("type":"message","role":"assistant","content":[)"
                                           R"({"type":"output_text","text":)" +
                                               said + R"(}],"phase":"final_answer")");
  }
  std::string tool(std::string_view result) override {
    const auto id = fmt::format("call_{}", count());
    const auto call =
        record("response_item", R"("type":"function_call","name":"shell",)"
                                R"("arguments":"{\"command\":[\"make\"]}","call_id":")" +
                                    id + "\"");
    return call + record("response_item", R"("type":"function_call_output","call_id":")" + id +
                                              R"(","output":)" + json_string(result));
  }

 private:
  std::string session() const {
    return fmt::format("01a1f866-0d00-7abc-8def-{:012}", settings().number);
  }
  std::string record(const std::string& type, const std::string& payload) {
    return R"({"timestamp":")" + next_time() + R"(","type":")" + type + R"(","payload":{)" +
           payload + "}}\n";
  }
};

// Lines of 2025: items alone, without an envelope and without times.
class BareCodexConversation final : public Conversation {
 public:
  explicit BareCodexConversation(Settings settings) : Conversation(std::move(settings)) {}

  std::string log_path() const override {
    return ".codex/sessions/2025/08/30/rollout-2025-08-30T09-12-44-" + session() + ".jsonl";
  }
  std::string opening() override {
    return R"({"id":")" + session() + R"(","timestamp":")" + format_rfc3339(settings().begin) +
           R"(","instructions":null,"git":{"branch":"main"}})" + "\n" +
           message("user", "input_text",
                   "<environment_context>\nCurrent working directory: " + settings().project +
                       "\n</environment_context>");
  }
  std::string user(std::string_view text) override { return message("user", "input_text", text); }
  std::string assistant(std::string_view text) override {
    return message("assistant", "output_text", text);
  }
  std::string tool(std::string_view result) override {
    const auto id = fmt::format("call_{}", count());
    return R"({"type":"function_call","id":"fc_1","name":"shell","arguments":"{}","call_id":")" +
           id + "\"}\n" + R"({"type":"function_call_output","call_id":")" + id + R"(","output":)" +
           json_string(result) + "}\n";
  }

 private:
  std::string session() const {
    return fmt::format("6f1c2a9e-3b1d-4c55-9a70-{:012}", settings().number);
  }
  static std::string message(std::string_view role, std::string_view type, std::string_view text) {
    return fmt::format(R"({{"type":"message","id":null,"role":"{}","content":[)"
                       R"({{"type":"{}","text":{}}}]}})"
                       "\n",
                       role, type, json_string(text));
  }
};

class GeminiConversation final : public Conversation {
 public:
  explicit GeminiConversation(Settings settings) : Conversation(std::move(settings)) {}

  std::string log_path() const override {
    return fmt::format(".gemini/tmp/proj/chats/session-2026-11-20T10-00-{:08}.jsonl",
                       settings().number);
  }
  std::vector<std::pair<std::string, std::string>> companions() const override {
    return {{".gemini/tmp/proj/.project_root", settings().project},
            {".gemini/projects.json",
             R"({"projects":{)" + json_string(settings().project) + R"(:"proj"}})"}};
  }
  std::string opening() override {
    const auto time = next_time();
    return fmt::format(R"({{"sessionId":"{:08}-0000-4000-8000-000000000001","projectHash":"aa",)"
                       R"("startTime":"{}","lastUpdated":"{}","kind":"main"}})"
                       "\n",
                       settings().number, time, time);
  }
  std::string user(std::string_view text) override {
    return record(R"("type":"user","content":[{"text":)" + json_string(text) + "}]");
  }
  std::string assistant(std::string_view text) override {
    return record(kSays + json_string(text) + kModel);
  }
  // Said at first without, then again with the calls of its tools.
  std::string tool(std::string_view result) override {
    const auto said = kSays + json_string("I call a tool.");
    const auto first = record(said + kModel);
    const auto id = fmt::format("shell_{}", count());
    const auto calls = R"(,"toolCalls":[{"id":")" + id +
                       R"(","name":"run_shell_command","args":{"command":"make"},"result":[)"
                       R"({"functionResponse":{"id":")" +
                       id + R"(","name":"run_shell_command","response":{"output":)" +
                       json_string(result) + R"(}}}],"status":"success"}])";
    return first + again(said + calls + kModel);
  }

 private:
  static constexpr const char* kModel =
      R"(,"thoughts":[],"tokens":{"input":1,"output":1,"total":2},"model":"gemini-3.8-flash")";
  static constexpr const char* kSays = R"("type":"gemini","content":)";

  std::string record(const std::string& rest) {
    time_ = next_time();
    return again(rest) + R"({"$set":{"lastUpdated":")" + time_ + "\"}}\n";
  }
  std::string again(const std::string& rest) const {
    return fmt::format(R"({{"id":"{:08}-0000-4000-8000-000000000001","timestamp":"{}",)", count(),
                       time_) +
           rest + "}\n";
  }
  std::string time_;
};

}  // namespace

std::string json_string(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '\n') {
      quoted += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') quoted.push_back('\\');
    quoted.push_back(c);
  }
  return quoted + "\"";
}

std::string Conversation::next_time() {
  return format_rfc3339({settings_.begin.value + kMillisPerSecond * count_++});
}

std::unique_ptr<Conversation> Conversation::of(std::string_view agent, Settings settings) {
  if (agent == "claude") return std::make_unique<ClaudeConversation>(std::move(settings));
  if (agent == "codex") return std::make_unique<CodexConversation>(std::move(settings));
  if (agent == "codex-bare") return std::make_unique<BareCodexConversation>(std::move(settings));
  if (agent == "gemini") return std::make_unique<GeminiConversation>(std::move(settings));
  std::abort();
}

}  // namespace kato::test
