// Agents as they write their logs: what was said, in the form of each provider.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "host/base/clock.h"

namespace kato::simulation {

enum class AgentKind : uint8_t {
  kLines,         // Claude Code: a line for each message, with times
  kBare,          // Codex of 2025: lines without times and ids
  kDocument,      // Gemini CLI up to 0.38: one JSON document, rewritten whole
  kJournal,       // Gemini CLI since 0.39: a line for each message, with times
  kTwofold,       // Codex of 2026: two lines for each message, with times; the first one of what a
                  // person wrote is held back until the second one tells what it is
  kBareDocument,  // Codex of spring 2025: one JSON document without times, rewritten whole
};
inline constexpr int kAgentKinds = 6;

// One message. Its token is a word that stands nowhere else.
struct Said {
  uint32_t number = 0;  // 1-based, in its session
  bool by_user = false;
  std::string text;
  UnixMillis at;
  UnixMillis begun_at;  // the first of its two lines was written then
  bool operator==(const Said&) const = default;
};

// The log of one session. Texts must need no escapes in JSON but line breaks.
class AgentLog {
 public:
  // index: tells the sessions apart. home: where the agents' folders are.
  AgentLog(AgentKind kind, uint32_t index, const std::string& home, std::string project,
           UnixMillis started);

  [[nodiscard]] AgentKind kind() const { return kind_; }
  [[nodiscard]] bool has_times() const {
    return kind_ != AgentKind::kBare && kind_ != AgentKind::kBareDocument;
  }
  [[nodiscard]] bool is_document() const {
    return kind_ == AgentKind::kDocument || kind_ == AgentKind::kBareDocument;
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  // Where it lies when it is packed.
  [[nodiscard]] bool may_be_packed() const {
    return kind_ == AgentKind::kBare || kind_ == AgentKind::kTwofold;
  }
  [[nodiscard]] std::string packed_path() const { return path_ + ".zst"; }
  [[nodiscard]] const std::string& project() const { return project_; }
  [[nodiscard]] const std::string& provider() const { return provider_; }
  [[nodiscard]] const std::string& provider_session_id() const { return id_; }
  [[nodiscard]] UnixMillis started() const { return started_; }

  // What a file begins with that has no message yet. Of documents: nothing.
  [[nodiscard]] std::string head() const;
  // What one message adds to a log that grows by lines.
  [[nodiscard]] std::string record(const Said& said) const;
  // Of what a person wrote, in two lines: the one that is held back, and the one that is told.
  [[nodiscard]] static std::string held_line(const Said& said);
  [[nodiscard]] static std::string telling_line(const Said& said);
  // The whole file.
  [[nodiscard]] std::string whole(std::span<const Said> conversation) const;

 private:
  [[nodiscard]] std::string uuid(uint32_t number) const;
  [[nodiscard]] std::string gemini_message(const Said& said) const;
  [[nodiscard]] static std::string codex_message(const Said& said);
  [[nodiscard]] std::string claude_message(const Said& said) const;
  [[nodiscard]] std::string gemini_document(std::span<const Said> conversation) const;
  [[nodiscard]] std::string codex_document(std::span<const Said> conversation) const;

  AgentKind kind_;
  uint32_t index_;
  std::string project_;
  UnixMillis started_;
  std::string id_;
  std::string provider_;
  std::string path_;
};

// Folders and companions that the agents have besides their logs.
struct AgentHome {
  static std::string claude_root(const std::string& home) { return home + "/.claude/projects"; }
  static std::string codex_root(const std::string& home) { return home + "/.codex"; }
  static std::string gemini_root(const std::string& home) { return home + "/.gemini"; }
};

}  // namespace kato::simulation
