// Compares what two runs of one history, or two moments of one run, have written.
#include <algorithm>

#include <fmt/format.h>

#include "tests/simulation/oracle.h"
#include "tests/simulation/oracle_times.h"

namespace kato::simulation {
namespace {

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

// Of what a failed sync gave up a power failure leaves nothing but its place.
std::string without_holes(std::string content) {
  std::erase(content, '\0');
  return content;
}

bool has_hole(const World& world, const std::string& path) {
  return world.disk().content(path).value_or("").contains('\0');
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

// Captures into the file that went beside it.
int count_beside(const std::string& path, const Expectation& expected) {
  int count = 0;
  while (expected.contains(sibling_name(path, count + 2))) {
    ++count;
  }
  return count;
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

}  // namespace

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
    if (count_beside(path, of_one.expected) != count_beside(path, of_other.expected)) continue;
    // Into a file without a word nothing may have been recorded in one of them.
    if (expected.tokens.empty()) continue;
    if (!std::ranges::all_of(expected.tokens, &ExpectedToken::is_certain)) continue;
    if (!was_the_same_read(one, other, expected)) continue;
    if (may_be_whole(one, path) || may_be_whole(other, path)) continue;
    if (is_touched(one, path) || is_touched(other, path)) continue;
    const auto text_of = [&path](const World& world) {
      auto text = without_holes(world.disk().content(path).value_or(""));
      if (world.damage().power_losses > 0) text = without_torn_times(without_torn_lines(text));
      return without_capture_times(path, std::move(text));
    };
    auto mine = text_of(one);
    auto theirs = text_of(other);
    if (was_cut(one, expected) || one.twins_may_be_gone() || other.twins_may_be_gone()) {
      // A twin that is made again, or of what is left of the log, may count otherwise.
      mine = without_numbers(mine);
      theirs = without_numbers(theirs);
    }
    if (mine == theirs) continue;
    // What stands behind it may be there once more: see check_content().
    if (has_hole(one, path) || has_hole(other, path)) continue;
    const auto at = std::ranges::mismatch(mine, theirs).in1 - mine.begin();
    const auto from = static_cast<size_t>(std::max<std::ptrdiff_t>(0, at - 60));
    found.push_back(fmt::format("P2: {} is not what it is without faults, at byte {}:\n  {}\n  {}",
                                path, at, mine.substr(from, 160), theirs.substr(from, 160)));
  }
  return found;
}

}  // namespace kato::simulation
