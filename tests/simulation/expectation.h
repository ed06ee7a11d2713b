// What must stand in which file, computed from what was said alone.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/simulation/capture_ways.h"
#include "tests/simulation/conversation.h"

namespace kato::simulation {

struct ExpectedToken {
  std::string token;
  bool is_certain = true;        // else it may be missing
  bool may_be_given_up = false;  // if its file was deleted: the session became private later
  bool operator==(const ExpectedToken&) const = default;
};

struct ExpectedFile {
  std::vector<ExpectedToken> tokens;
  bool is_written_whole = false;  // by an export or a capture: what was removed may be back
};

using Expectation = std::map<std::string, ExpectedFile>;

struct ExpectationInput {
  const Conversation& conversation;
  // Whether the orders of the message are obeyed; asked only where that is not certain.
  std::function<bool(const Spoken&)> is_obeyed;
  // Whether there is, or was, a file of that name: which of two allowed things a capture did.
  std::function<bool(const std::string& path)> exists;
  CaptureWay way = {};
  // A file that another session is recorded into: nothing of this one goes there. Empty: none.
  std::string taken_path = {};
};

[[nodiscard]] Expectation expect(const ExpectationInput& input);

// Whether the session is private after all that was said.
[[nodiscard]] bool ends_private(const ExpectationInput& input);

// "/a/b.md", 2 -> "/a/b-2.md".
[[nodiscard]] std::string sibling_name(const std::string& path, int number);

}  // namespace kato::simulation
