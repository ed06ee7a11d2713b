#include "tests/simulation/oracle.h"

#include <algorithm>
#include <functional>
#include <optional>

#include <fmt/format.h>

#include "tests/simulation/oracle_times.h"
#include "tests/simulation/tokens.h"

namespace kato::simulation {
namespace {

constexpr size_t kMostChoices = 9;

// Whether both runs gave the daemon the same to read, so that events have the same numbers: what
// happens in the middle of its work may come in another order where it works otherwise, and what
// left a log before it was read is no event.
bool was_the_same_read(const Conversation& one, const Conversation& other) {
  return std::ranges::equal(one.spoken, other.spoken, [](const Spoken& mine, const Spoken& theirs) {
    return mine.said == theirs.said && !mine.is_lost && !theirs.is_lost;
  });
}

bool is_in(size_t session, const ExpectedFile& file) {
  const auto mine = fmt::format("t{}m", session);
  return std::ranges::any_of(
      file.tokens, [&](const ExpectedToken& token) { return token.token.starts_with(mine); });
}

// The same of all sessions that have messages in the file.
bool was_the_same_read(const World& one, const World& other, const ExpectedFile& file) {
  for (size_t i = 0; i < one.conversations().size(); ++i) {
    const auto& mine = one.conversations()[i];
    if (is_in(i, file) && !was_the_same_read(mine, other.conversations()[i])) return false;
  }
  return true;
}

bool was_cut(const World& world, const ExpectedFile& file) {
  for (size_t i = 0; i < world.conversations().size(); ++i) {
    if (!is_in(i, file)) continue;
    if (std::ranges::any_of(world.conversations()[i].spoken,
                            [](const Spoken& spoken) { return spoken.cut_at.has_value(); })) {
      return true;
    }
  }
  return false;
}

// Whether it is not known if a copy of the whole conversation went into the file, or beside it:
// with the same words it has other lines than a recording that began with the first of them.
bool may_be_whole(const World& world, const std::string& path) {
  const auto names_it = [&path](const Order& order) {
    if (order.kind != OrderKind::kCapture && order.kind != OrderKind::kExport) return false;
    return path == order.path ||
           path.starts_with(order.path.substr(0, order.path.rfind('.')) + "-");
  };
  return std::ranges::any_of(world.conversations(), [&](const Conversation& conversation) {
    return std::ranges::any_of(conversation.spoken, [&](const Spoken& spoken) {
      const bool is_open = !spoken.obeyed || *spoken.obeyed == Answer::kMaybe;
      return is_open && std::ranges::any_of(spoken.orders, names_it);
    });
  });
}

class Judge {
 public:
  explicit Judge(const World& world) : world_(world) {}

  Judgement run() {
    done_.violations = world_.violations();
    for (const auto& conversation : world_.conversations()) {
      judge_session(conversation);
    }
    check_times(world_, done_.violations);
    for (const auto& [path, user] : world_.user_files()) {
      judge_user_texts(path, user);
    }
    judge_strays();
    return std::move(done_);
  }

 private:
  static const UserFile& user_of(const World& world, const std::string& path) {
    static const UserFile kNone;
    const auto found = world.user_files().find(path);
    return found == world.user_files().end() ? kNone : found->second;
  }

  [[nodiscard]] std::optional<std::string> judge_file(const std::string& path,
                                                      const ExpectedFile& expected) const {
    const auto& user = user_of(world_, path);
    const auto content = world_.disk().content(path);
    if (!content && user.is_missing) return std::nullopt;
    auto wrong = check_tokens(session_tokens(content.value_or("")), expected, user);
    if (wrong) return fmt::format("{} (in {})", *wrong, path);
    return std::nullopt;
  }

  void judge_session(const Conversation& conversation) {
    std::vector<const Spoken*> open;
    for (const auto& spoken : conversation.spoken) {
      const bool is_open = !spoken.obeyed || *spoken.obeyed == Answer::kMaybe;
      if (!spoken.orders.empty() && is_open) open.push_back(&spoken);
    }
    if (open.size() > kMostChoices) {
      has_unknown_ = true;
      ++done_.unchecked_sessions;
      return;
    }
    std::optional<std::string> first_wrong;
    for (uint64_t choice = uint64_t{1} << open.size(); choice-- > 0;) {
      const ExpectationInput input{
          .conversation = conversation,
          .is_obeyed =
              [&](const Spoken& spoken) {
                const auto at = std::ranges::find(open, &spoken) - open.begin();
                return (choice >> static_cast<uint64_t>(at) & 1U) != 0;
              },
          .exists =
              [&](const std::string& path) {
                return world_.disk().content(path) || user_of(world_, path).is_missing;
              }};
      const auto expected = expect(input);
      auto wrong = first_violation(conversation, expected);
      if (!wrong && ends_private(input)) wrong = first_leftover(conversation);
      if (!wrong) return accept(expected);
      if (!first_wrong) first_wrong = wrong;
    }
    has_unknown_ = true;
    done_.violations.push_back(*first_wrong);
  }

  [[nodiscard]] std::optional<std::string> first_violation(const Conversation& conversation,
                                                           const Expectation& expected) const {
    for (const auto& [path, file] : expected) {
      if (auto wrong = judge_file(path, file)) return wrong;
    }
    // Nothing of this session anywhere else.
    const auto mine = fmt::format("t{}m", &conversation - world_.conversations().data());
    for (const auto& [path, content] : recordings_of(world_)) {
      if (expected.contains(path)) continue;
      for (const auto& found : find_tokens(content)) {
        if (found.token.starts_with(mine)) {
          return fmt::format("P2: {} stands in {}, into which nothing was recorded", found.token,
                             path);
        }
      }
    }
    return std::nullopt;
  }

  // Of a session that is private at the end no word is left in the state.
  [[nodiscard]] std::optional<std::string> first_leftover(const Conversation& conversation) const {
    const auto session = static_cast<uint32_t>(&conversation - world_.conversations().data());
    const auto mine = fmt::format("t{}m", session);
    for (const auto& path : world_.disk().files_below(World::state() + "/sessions")) {
      for (const auto& found : find_tokens(world_.disk().content(path).value_or(""))) {
        if (!found.token.starts_with(mine)) continue;
        return fmt::format("P6: {} of a private session stands in {}", found.token, path);
      }
    }
    return std::nullopt;
  }

  void accept(const Expectation& expected) {
    done_.expected.insert(expected.begin(), expected.end());
  }

  void judge_user_texts(const std::string& path, const UserFile& user) {
    if (user.user_tokens.empty()) return;
    const auto content = world_.disk().content(path).value_or("");
    std::vector<std::string> found;
    for (auto& one : find_tokens(content)) {
      found.push_back(std::move(one.token));
    }
    for (const auto& token : user.user_tokens) {
      const auto count = std::ranges::count(found, token);
      if (count == 1) continue;
      done_.violations.push_back(
          fmt::format("P5: the person's {} stands {} times in {}", token, count, path));
    }
  }

  void judge_strays() {
    for (const auto& [path, content] : world_.bystanders()) {
      if (world_.disk().content(path) == content) continue;
      done_.violations.push_back("P5: a file of the person was changed: " + path);
    }
    for (const auto& path : world_.disk().files_below(World::home())) {
      const bool is_temporary = path.contains(".kato-") || path.contains(".twin.jsonl.g");
      if (is_temporary) done_.violations.push_back("a temporary file was left behind: " + path);
    }
    for (const auto& [path, content] : recordings_of(world_)) {
      if (done_.expected.contains(path) || has_unknown_) continue;
      const bool is_users_own = !user_of(world_, path).user_tokens.empty();
      if (!is_users_own && !content.empty()) {
        done_.violations.push_back("P5: a file that nobody asked for: " + path);
      }
    }
  }

  const World& world_;
  Judgement done_;
  bool has_unknown_ = false;  // a session of which is not known what must be there
};

}  // namespace

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

Judgement judge(const World& world) {
  return Judge(world).run();
}

Recordings recordings_of(const World& world) {
  Recordings all;
  for (const auto& folder : {world.project(0), world.project(1), World::state() + "/recordings"}) {
    for (const auto& path : world.disk().files_below(folder)) {
      if (!world.bystanders().contains(path)) all[path] = world.disk().content(path).value_or("");
    }
  }
  return all;
}

std::vector<std::string> differences(const std::string& promise, const Recordings& before,
                                     const Recordings& after) {
  std::vector<std::string> found;
  for (const auto& [path, content] : before) {
    const auto now = after.find(path);
    if (now == after.end()) {
      found.push_back(fmt::format("{}: {} is gone", promise, path));
    } else if (now->second != content) {
      const auto mismatch = std::ranges::mismatch(content, now->second);
      found.push_back(
          fmt::format("{}: {} changed at byte {}", promise, path, mismatch.in1 - content.begin()));
    }
  }
  for (const auto& [path, content] : after) {
    if (!before.contains(path)) found.push_back(fmt::format("{}: {} is new", promise, path));
  }
  return found;
}

std::vector<std::string> compare_runs(const World& one, const Judgement& of_one, const World& other,
                                      const Judgement& of_other) {
  const auto is_touched = [](const World& world, const std::string& path) {
    const auto user = world.user_files().find(path);
    return user != world.user_files().end() && user->second.is_touched;
  };
  std::vector<std::string> found;
  for (const auto& [path, expected] : of_one.expected) {
    const auto same = of_other.expected.find(path);
    if (same == of_other.expected.end() || same->second.tokens != expected.tokens) continue;
    // A capture of the same messages went beside it in one of the runs: the heads differ.
    if (same->second.is_written_whole != expected.is_written_whole) continue;
    // Into a file without a word nothing may have been recorded in one of them.
    if (expected.tokens.empty()) continue;
    if (!std::ranges::all_of(expected.tokens, &ExpectedToken::is_certain)) continue;
    if (!was_the_same_read(one, other, expected)) continue;
    if (may_be_whole(one, path) || may_be_whole(other, path)) continue;
    if (is_touched(one, path) || is_touched(other, path)) continue;
    auto mine = without_capture_times(path, one.disk().content(path).value_or(""));
    auto theirs = without_capture_times(path, other.disk().content(path).value_or(""));
    if (was_cut(one, expected) || one.twins_may_be_gone() || other.twins_may_be_gone()) {
      // A twin that is made again, or of what is left of the log, may count otherwise.
      mine = without_numbers(mine);
      theirs = without_numbers(theirs);
    }
    if (mine == theirs) continue;
    const auto at = std::ranges::mismatch(mine, theirs).in1 - mine.begin();
    const auto from = static_cast<size_t>(std::max<std::ptrdiff_t>(0, at - 60));
    found.push_back(fmt::format("P2: {} is not what it is without faults, at byte {}:\n  {}\n  {}",
                                path, at, mine.substr(from, 160), theirs.substr(from, 160)));
  }
  return found;
}

}  // namespace kato::simulation
