// A growing conversation in the log format of one agent, made line by line. The same calls give the
// same bytes.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/base/clock.h"

namespace kato::test {

// [one thread] Texts are plain: of what JSON escapes, only newlines and quotes are cared for.
class Conversation {
 public:
  struct Settings {
    std::string project;  // the folder in which the agent runs
    UnixMillis begin;     // of the first record; each record is a second later than the one before
    int number = 1;       // tells several conversations of one agent apart
  };
  // agent: "claude", "codex", "gemini", or "codex-bare", the oldest format, whose records have no
  // times.
  [[nodiscard]] static std::unique_ptr<Conversation> of(std::string_view agent, Settings settings);

  virtual ~Conversation() = default;
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;
  Conversation(Conversation&&) = delete;
  Conversation& operator=(Conversation&&) = delete;

  // Of the log, below the home folder.
  [[nodiscard]] virtual std::string log_path() const = 0;
  // Paths and contents of the small files that the agent keeps beside its logs.
  [[nodiscard]] virtual std::vector<std::pair<std::string, std::string>> companions() const {
    return {};
  }

  // What is appended to the log: whole lines.
  [[nodiscard]] virtual std::string opening() = 0;
  [[nodiscard]] virtual std::string user(std::string_view text) = 0;
  [[nodiscard]] virtual std::string assistant(std::string_view text) = 0;
  // A call of a tool and its result.
  [[nodiscard]] virtual std::string tool(std::string_view result) = 0;

 protected:
  explicit Conversation(Settings settings) : settings_(std::move(settings)) {}
  [[nodiscard]] const Settings& settings() const { return settings_; }
  // Of the next record; and its number.
  [[nodiscard]] std::string next_time();
  [[nodiscard]] int count() const { return count_; }

 private:
  Settings settings_;
  int count_ = 0;
};

// As a JSON string, with its quotes.
[[nodiscard]] std::string json_string(std::string_view text);

}  // namespace kato::test
