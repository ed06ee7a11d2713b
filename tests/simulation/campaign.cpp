#include "tests/simulation/campaign.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "tests/simulation/late_capture.h"
#include "tests/simulation/oracle.h"

namespace kato::simulation {
namespace {

void add(std::vector<std::string>& to, std::vector<std::string> more) {
  std::ranges::move(more, std::back_inserter(to));
}

// What is wrong, without what it is wrong with: numbers, paths and excerpts.
std::string kind_of(std::string_view violation) {
  violation = violation.substr(0, violation.find('\n'));
  std::string kind;
  for (size_t at = 0; at < violation.size();) {
    const auto word = violation.substr(at, violation.find(' ', at) - at);
    const bool is_plain = std::ranges::none_of(
        word.substr(std::min<size_t>(word.size(), 3)),  // the promise's name has a digit
        [](char c) { return c == '/' || c == '\'' || (c >= '0' && c <= '9'); });
    if (is_plain) kind.append(word).append(" ");
    at += word.size() + 1;
  }
  return kind;
}

bool fails_so(const WorldInput& input, const History& history, const std::string& kind) {
  const auto violations = run_history(input, history).violations;
  return std::ranges::find(violations, kind, kind_of) != violations.end();
}

// What is there in the end.
void show(const World& world) {
  for (const auto& path : world.disk().files_below(World::home())) {
    if (path.ends_with(".ids")) continue;
    world.trace(fmt::format("-- {}\n{}", path, world.disk().content(path).value_or("")));
  }
}

}  // namespace

SeedResult run_history(const WorldInput& input, const History& history) {
  SeedResult result;
  World world(input, history);
  world.play();
  const auto judgement = judge(world);
  result.violations = judgement.violations;
  result.unchecked_sessions = judgement.unchecked_sessions;
  result.calls = world.calls();
  result.steps = history.steps.size();
  result.damage = world.damage();
  const auto before = recordings_of(world);
  if (input.trace) show(world);
  if (!result.violations.empty()) return result;

  world.touch_logs();
  world.restart();
  add(result.violations, differences("P1 after a restart", before, recordings_of(world)));
  world.lose_index();
  world.restart();
  add(result.violations, differences("P1 without an index", before, recordings_of(world)));
  world.drop_logs();
  world.restart();
  add(result.violations, differences("P10 without logs", before, recordings_of(world)));
  add(result.violations, export_without_logs(world));
  add(result.violations, capture_without_logs(world));
  if (!result.violations.empty()) return result;

  const auto calm = without_faults(history);
  if (calm.steps.size() == history.steps.size()) return result;
  World same(input, calm);
  same.play();
  const auto calm_judgement = judge(same);
  add(result.violations, calm_judgement.violations);
  add(result.violations, compare_runs(world, judgement, same, calm_judgement));
  return result;
}

// Takes out ever smaller stretches of steps as long as the rest fails in the same way.
History shrink(const WorldInput& input, History history, const std::string& violation) {
  const auto kind = kind_of(violation);
  for (size_t stretch = std::max<size_t>(history.steps.size() / 2, 1); stretch > 0; stretch /= 2) {
    for (size_t at = 0; at < history.steps.size();) {
      auto shorter = history;
      const auto from = shorter.steps.begin() + static_cast<std::ptrdiff_t>(at);
      const auto count = std::min(stretch, history.steps.size() - at);
      shorter.steps.erase(from, from + static_cast<std::ptrdiff_t>(count));
      if (fails_so(input, shorter, kind)) {
        history = std::move(shorter);
      } else {
        at += stretch;
      }
    }
  }
  return history;
}

}  // namespace kato::simulation
