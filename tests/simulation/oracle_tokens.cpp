// What stands in one file, by its words.
#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "tests/simulation/oracle.h"
#include "tests/simulation/tokens.h"

namespace kato::simulation {

std::optional<std::string> check_tokens(const std::vector<std::string>& found,
                                        const ExpectedFile& expected, const UserFile& user) {
  const auto may_miss = [&](const ExpectedToken& one) {
    return !one.is_certain || user.removed.contains(one.token) ||
           user.perhaps.contains(one.token) || (one.may_be_given_up && user.was_deleted);
  };
  size_t next = 0;
  const auto& tokens = expected.tokens;
  for (const auto& token : found) {
    if (user.removed.contains(token) && !expected.is_written_whole) {
      return "P5: what the person removed is there again: " + token;
    }
    const size_t before = next;
    while (next < tokens.size() && tokens[next].token != token && may_miss(tokens[next])) {
      ++next;
    }
    if (next == tokens.size() || tokens[next].token != token) {
      const auto here = before < tokens.size() ? tokens[before].token : "the end";
      return fmt::format("P2: {} stands where {} must stand", token, here);
    }
    ++next;
  }
  while (next < tokens.size() && may_miss(tokens[next])) {
    ++next;
  }
  if (next < tokens.size()) return fmt::format("P2: {} is missing", tokens[next].token);
  return std::nullopt;
}

std::vector<std::string> session_tokens(std::string_view content) {
  std::vector<std::string> found;
  for (auto& one : find_tokens(content)) {
    if (!is_users(one.token)) found.push_back(std::move(one.token));
  }
  return found;
}

// Of what a failed sync gave up, a power failure leaves the place. What was written behind that
// cannot be told from what is missing: from there on all is written once more, whatever the person
// does with that then.
std::optional<std::string> check_content(std::string_view content, const ExpectedFile& expected,
                                         const UserFile& user) {
  auto wrong = check_tokens(session_tokens(content), expected, user);
  const auto hole = content.find('\0');
  if (!wrong || hole == std::string_view::npos) return wrong;
  const auto before = session_tokens(content.substr(0, hole));
  const auto behind = session_tokens(content.substr(hole));
  for (size_t again = 1; again <= behind.size(); ++again) {
    const std::span rest = std::span(behind).subspan(again);
    const auto& token = behind[again - 1];
    const bool stands_again = std::ranges::find(rest, token) != rest.end() ||
                              user.removed.contains(token) || user.perhaps.contains(token);
    if (!stands_again) return wrong;
    auto tokens = before;
    tokens.insert(tokens.end(), behind.begin() + static_cast<std::ptrdiff_t>(again), behind.end());
    if (!check_tokens(tokens, expected, user)) return std::nullopt;
  }
  return wrong;
}

}  // namespace kato::simulation
