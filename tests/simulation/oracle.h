// Judges a world by what it remembers of its history.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulation/expectation.h"
#include "tests/simulation/world.h"

namespace kato::simulation {

struct Judgement {
  std::vector<std::string> violations;  // each begins with the promise that is broken
  // Sessions with so many commands that may or may not be obeyed that nothing was checked.
  int unchecked_sessions = 0;
  Expectation expected;  // of all sessions
};

// What is wrong in a file of which these tokens of sessions were found; nothing: it is right.
[[nodiscard]] std::optional<std::string> check_tokens(const std::vector<std::string>& found,
                                                      const ExpectedFile& expected,
                                                      const UserFile& user = {});
// The same of its bytes.
[[nodiscard]] std::optional<std::string> check_content(std::string_view content,
                                                       const ExpectedFile& expected,
                                                       const UserFile& user = {});
// Those that are not the person's, in order.
[[nodiscard]] std::vector<std::string> session_tokens(std::string_view content);

// Of a world that has played its history: P2, P3, P5, and what must not be left behind.
[[nodiscard]] Judgement judge(const World& world);

// All that Kato wrote for the person: path and content.
using Recordings = std::map<std::string, std::string>;
[[nodiscard]] Recordings recordings_of(const World& world);
// What differs, for people.
[[nodiscard]] std::vector<std::string> differences(const std::string& promise,
                                                   const Recordings& before,
                                                   const Recordings& after);

// Recordings that both runs of one history must have alike, but for the times of capture.
[[nodiscard]] std::vector<std::string> compare_runs(const World& one, const Judgement& of_one,
                                                    const World& other, const Judgement& of_other);

}  // namespace kato::simulation
