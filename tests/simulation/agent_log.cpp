#include "tests/simulation/agent_log.h"

#include <algorithm>

#include <fmt/format.h>

#include "host/base/time_text.h"
#include "host/io/files.h"

namespace kato::simulation {
namespace {

std::string escaped(std::string text) {
  for (size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 2)) {
    text.replace(at, 1, "\\n");
  }
  return text;
}

std::string dashed(std::string path) {
  std::ranges::replace(path, '/', '-');
  return path;
}

}  // namespace

AgentLog::AgentLog(AgentKind kind, uint32_t index, const std::string& home, std::string project,
                   UnixMillis started)
    : kind_(kind),
      index_(index),
      project_(std::move(project)),
      started_(started),
      id_(fmt::format("{:08x}-5a5a-4000-8000-{:012x}", 0xA0000000U + index * 0x1111U, index)) {
  const std::string project_name(base_name(project_));
  switch (kind_) {
    case AgentKind::kLines:
      provider_ = "claude";
      path_ = fmt::format("{}/{}/{}.jsonl", AgentHome::claude_root(home), dashed(project_), id_);
      return;
    case AgentKind::kBareDocument:
      provider_ = "codex";
      path_ =
          fmt::format("{}/sessions/rollout-2026-02-25-{}.json", AgentHome::codex_root(home), id_);
      return;
    case AgentKind::kBare:
    case AgentKind::kTwofold:
      provider_ = "codex";
      path_ = fmt::format("{}/sessions/2026/02/{:02}/rollout-2026-02-25T06-13-20-{}.jsonl",
                          AgentHome::codex_root(home), 1 + index % 28, id_);
      return;
    case AgentKind::kDocument:
    case AgentKind::kJournal:
      provider_ = "gemini";
      path_ = fmt::format("{}/tmp/{}/chats/session-2026-02-25T06-13-{}.json{}",
                          AgentHome::gemini_root(home), project_name, id_.substr(0, 8),
                          kind_ == AgentKind::kJournal ? "l" : "");
      return;
  }
}

std::string AgentLog::uuid(uint32_t number) const {
  return fmt::format("{:08x}-{:04x}-4000-8000-{:012x}", number, index_, number * 0x10001U);
}

std::string AgentLog::head() const {
  const auto time = format_rfc3339(started_);
  switch (kind_) {
    case AgentKind::kLines:
      return fmt::format(R"({{"type":"mode","mode":"normal","sessionId":"{}"}})"
                         "\n",
                         id_);
    case AgentKind::kBare:
      return fmt::format(
          R"({{"id":"{}","timestamp":"{}","instructions":null,"git":{{"branch":"main"}}}})"
          "\n"
          R"({{"record_type":"state"}})"
          "\n"
          R"({{"type":"message","id":null,"role":"user","content":[{{"type":"input_text",)"
          R"("text":"<environment_context>\nCurrent working directory: {}\n</environment_context>"}}]}})"
          "\n",
          id_, time, project_);
    case AgentKind::kJournal:
      return fmt::format(
          R"({{"sessionId":"{}","projectHash":"00","startTime":"{}","lastUpdated":"{}","kind":"main"}})"
          "\n",
          id_, time, time);
    case AgentKind::kTwofold:
      return fmt::format(
          R"({{"timestamp":"{}","type":"session_meta","payload":{{"id":"{}","timestamp":"{}","cwd":"{}",)"
          R"("originator":"codex-tui","cli_version":"0.137.0","source":"cli"}}}})"
          "\n",
          time, id_, time, project_);
    case AgentKind::kDocument:
    case AgentKind::kBareDocument:
      return {};
  }
  return {};
}

std::string AgentLog::gemini_message(const Said& said) const {
  const auto time = format_rfc3339(said.at);
  if (said.by_user) {
    return fmt::format(
        R"({{"id":"{}","timestamp":"{}","type":"user","content":[{{"text":"{}"}}]}})",
        uuid(said.number), time, escaped(said.text));
  }
  return fmt::format(R"({{"id":"{}","timestamp":"{}","type":"gemini","content":"{}","thoughts":[],)"
                     R"("model":"gemini-3.8-flash"}})",
                     uuid(said.number), time, escaped(said.text));
}

std::string AgentLog::codex_message(const Said& said) {
  return fmt::format(
      R"({{"type":"message","id":null,"role":"{}","content":[{{"type":"{}","text":"{}"}}]}})",
      said.by_user ? "user" : "assistant", said.by_user ? "input_text" : "output_text",
      escaped(said.text));
}

std::string AgentLog::held_line(const Said& said) {
  return fmt::format(R"({{"timestamp":"{}","type":"response_item","payload":{}}})"
                     "\n",
                     format_rfc3339(said.begun_at), codex_message(said));
}

std::string AgentLog::telling_line(const Said& said) {
  return fmt::format(
      R"({{"timestamp":"{}","type":"event_msg","payload":{{"type":"{}","message":"{}"}}}})"
      "\n",
      format_rfc3339(said.at), said.by_user ? "user_message" : "agent_message", escaped(said.text));
}

std::string AgentLog::claude_message(const Said& said) const {
  const auto parent = said.number > 1 ? "\"" + uuid(said.number - 1) + "\"" : "null";
  const auto message =
      said.by_user
          ? fmt::format(R"("type":"user","message":{{"role":"user","content":"{}"}})",
                        escaped(said.text))
          : fmt::format(R"("type":"assistant","message":{{"id":"msg_{}","type":"message",)"
                        R"("role":"assistant","model":"claude-opus-5-5",)"
                        R"("content":[{{"type":"text","text":"{}"}}],"stop_reason":"end_turn"}})",
                        said.number, escaped(said.text));
  return fmt::format(R"({{"parentUuid":{},"isSidechain":false,{},"uuid":"{}","timestamp":"{}",)"
                     R"("userType":"external","cwd":"{}","sessionId":"{}","version":"2.1.330"}})",
                     parent, message, uuid(said.number), format_rfc3339(said.at), project_, id_);
}

std::string AgentLog::record(const Said& said) const {
  switch (kind_) {
    case AgentKind::kLines:
      return claude_message(said) + "\n";
    case AgentKind::kJournal:
      return gemini_message(said) + "\n";
    case AgentKind::kTwofold:
      if (said.by_user) return held_line(said) + telling_line(said);
      return telling_line(said) + held_line(said);
    default:
      return codex_message(said) + "\n";
  }
}

std::string AgentLog::gemini_document(std::span<const Said> conversation) const {
  const auto last = conversation.empty() ? started_ : conversation.back().at;
  std::string file = fmt::format(
      "{{\n  \"sessionId\": \"{}\",\n  \"projectHash\": \"00\",\n  \"startTime\": \"{}\",\n"
      "  \"lastUpdated\": \"{}\",\n  \"messages\": [\n",
      id_, format_rfc3339(started_), format_rfc3339(last));
  for (const auto& said : conversation) {
    file += "    " + gemini_message(said) + (&said == &conversation.back() ? "\n" : ",\n");
  }
  return file + "  ]\n}";
}

std::string AgentLog::codex_document(std::span<const Said> conversation) const {
  std::string file = fmt::format(
      "{{\n  \"session\": {{\n    \"timestamp\": \"{}\",\n    \"id\": \"{}\",\n"
      "    \"instructions\": \"\"\n  }},\n  \"items\": [\n"
      R"(    {{"type":"message","role":"user","content":[{{"type":"input_text",)"
      R"("text":"<environment_context>\nCurrent working directory: {}\n</environment_context>"}}]}})",
      format_rfc3339(started_), id_, project_);
  for (const auto& said : conversation) {
    file += ",\n    " + codex_message(said);
  }
  return file + "\n  ]\n}";
}

std::string AgentLog::whole(std::span<const Said> conversation) const {
  if (kind_ == AgentKind::kDocument) return gemini_document(conversation);
  if (kind_ == AgentKind::kBareDocument) return codex_document(conversation);
  std::string file = head();
  for (const auto& said : conversation) {
    file += record(said);
  }
  return file;
}

}  // namespace kato::simulation
