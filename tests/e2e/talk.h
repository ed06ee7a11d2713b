// A conversation of one agent that goes on in a throw-away home.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tests/e2e/home.h"
#include "tests/support/conversation.h"

namespace kato::test {

class Talk {
 public:
  // The log is made, with its first lines. The agent runs in ~/PROJECT.
  Talk(const Home& home, std::string_view agent, UnixMillis begin,
       std::string_view project = "proj", int number = 1)
      : home_(home),
        talk_(Conversation::of(agent,
                               {.project = home.path(project), .begin = begin, .number = number})) {
    for (const auto& [path, content] : talk_->companions()) {
      home.write(path, content);
    }
    home.write(std::string(project) + "/.keep", "");
    home.write(log(), talk_->opening());
  }

  [[nodiscard]] std::string log() const { return talk_->log_path(); }
  void user(std::string_view text) { home_.append(log(), talk_->user(text)); }
  void assistant(std::string_view text) { home_.append(log(), talk_->assistant(text)); }
  void tool(std::string_view result) { home_.append(log(), talk_->tool(result)); }

 private:
  const Home& home_;
  std::unique_ptr<Conversation> talk_;
};

// A time behind the start of whatever daemon a test starts, so that commands are not too old for
// it.
[[nodiscard]] inline UnixMillis soon() {
  constexpr int64_t kHourMillis = 3'600'000;
  return {SystemClock().now().value + kHourMillis};
}

// How often `part` is in `text`.
[[nodiscard]] inline size_t count_of(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (auto at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

}  // namespace kato::test
