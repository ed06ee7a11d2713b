#include "tests/simulation/history.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace kato::simulation {
namespace {

struct Chance {
  StepKind kind;
  uint32_t weight;
};

constexpr std::array kChances = {
    Chance{StepKind::kTalk, 320},        Chance{StepKind::kTear, 20},
    Chance{StepKind::kCut, 10},          Chance{StepKind::kRewrite, 14},
    Chance{StepKind::kVanish, 8},        Chance{StepKind::kTouch, 8},
    Chance{StepKind::kFarewell, 8},      Chance{StepKind::kUserAppends, 26},
    Chance{StepKind::kUserInserts, 14},  Chance{StepKind::kUserRemoves, 12},
    Chance{StepKind::kUserReplaces, 10}, Chance{StepKind::kUserDeletes, 4},
    Chance{StepKind::kUserFile, 10},     Chance{StepKind::kWait, 60},
    Chance{StepKind::kJump, 6},          Chance{StepKind::kWork, 170},
    Chance{StepKind::kSettle, 70},       Chance{StepKind::kStop, 12},
    Chance{StepKind::kStart, 60},        Chance{StepKind::kOverflow, 6},
    Chance{StepKind::kMeanwhile, 26},    Chance{StepKind::kRequest, 40},
};
constexpr std::array kFaultChances = {
    Chance{StepKind::kFault, 46},
    Chance{StepKind::kKill, 16},
    Chance{StepKind::kPowerLoss, 8},
};

struct FaultChance {
  FaultKind kind;
  uint32_t weight;
};
constexpr std::array kFaults = {
    FaultChance{FaultKind::kKill, 60},       FaultChance{FaultKind::kDiskFull, 12},
    FaultChance{FaultKind::kInputOutput, 8}, FaultChance{FaultKind::kReadErrors, 6},
    FaultChance{FaultKind::kShortReads, 4},  FaultChance{FaultKind::kNoHandles, 6},
    FaultChance{FaultKind::kReadOnly, 6},    FaultChance{FaultKind::kNoSync, 6},
};

template <class Chances>
auto pick(Random& random, const Chances& chances) {
  uint64_t sum = 0;
  for (const auto& chance : chances) {
    sum += chance.weight;
  }
  uint64_t at = random.below(sum);
  for (const auto& chance : chances) {
    if (at < chance.weight) return chance.kind;
    at -= chance.weight;
  }
  return chances.back().kind;
}

Fault make_fault(Random& random) {
  Fault fault;
  fault.kind = pick(random, kFaults);
  fault.calls = fault.kind == FaultKind::kKill ? 1 : random.between(1, 40);
  fault.torn_percent = static_cast<uint32_t>(random.below(101));
  return fault;
}

Step make_step(Random& random, StepKind kind) {
  Step step{.kind = kind,
            .who = static_cast<uint32_t>(random.below(1000)),
            .what = static_cast<uint32_t>(random.below(1000)),
            .amount = 0,
            .fault = {}};
  switch (kind) {
    case StepKind::kWait:
      step.amount = static_cast<int64_t>(random.one_in(8) ? random.between(1000, 100'000)
                                                          : random.between(1, 3000));
      break;
    case StepKind::kJump:
      step.amount = static_cast<int64_t>(random.below(7'200'000)) - 3'600'000;
      break;
    case StepKind::kFault:
      step.fault = make_fault(random);
      // Most of what the daemon does for one message is done in some forty calls.
      step.amount = static_cast<int64_t>(random.below(random.one_in(4) ? 400 : 60));
      break;
    case StepKind::kMeanwhile:
      step.amount = static_cast<int64_t>(random.below(60));
      break;
    default:
      break;
  }
  return step;
}

std::string_view name_of(FaultKind kind) {
  constexpr std::array<std::string_view, 8> kNames = {"killed",      "disk full",   "I/O errors",
                                                      "read errors", "short reads", "no handles",
                                                      "read-only",   "no sync"};
  return kNames.at(static_cast<size_t>(kind));
}

std::string_view name_of(StepKind kind) {
  constexpr std::array<std::string_view, 27> kNames = {
      "talk",          "tear",         "cut",       "rewrite",      "vanish",       "farewell",
      "half",          "pack",         "touch",     "user appends", "user inserts", "user removes",
      "user replaces", "user deletes", "user file", "wait",         "jump",         "work",
      "settle",        "stop",         "kill",      "power loss",   "start",        "overflow",
      "request",       "fault",        "meanwhile"};
  return kNames.at(static_cast<size_t>(kind));
}

bool is_left_out(const Step& step, const HistoryLimits& limits) {
  return std::ranges::any_of(limits.without, [&step](const std::string& name) {
    return name == name_of(step.kind) ||
           (step.kind == StepKind::kFault && name == name_of(step.fault.kind));
  });
}

// Steps that came to the simulation later have numbers of their own, so that the others stay.
constexpr uint64_t kLaterSteps = 0x1A7E5;
constexpr uint64_t kPackedSteps = 0x2257D;
constexpr std::array kChancesAmid = {
    Chance{StepKind::kWork, 40}, Chance{StepKind::kRequest, 40}, Chance{StepKind::kHalf, 20},
    Chance{StepKind::kWait, 10}, Chance{StepKind::kStop, 10},    Chance{StepKind::kSettle, 6},
};

// Something is half written for a while, and the daemon is asked for things meanwhile.
std::vector<Step> make_half_written(Random& random, bool goes_wrong) {
  std::vector<Step> steps;
  // What was said before is mostly known.
  if (!random.one_in(3)) steps.push_back(make_step(random, StepKind::kSettle));
  if (random.one_in(4)) steps.push_back(make_step(random, StepKind::kMeanwhile));
  steps.push_back(make_step(random, StepKind::kHalf));
  const auto who = steps.back().who;
  for (auto count = random.between(1, 5); count > 0; --count) {
    const bool fails = goes_wrong && random.one_in(5);
    auto step = make_step(random, fails ? pick(random, kFaultChances) : pick(random, kChancesAmid));
    if (step.kind == StepKind::kRequest || step.kind == StepKind::kHalf) {
      step.who = who;
      step.amount = 1;
    }
    const bool ends = step.kind == StepKind::kStop || step.kind == StepKind::kKill;
    steps.push_back(step);
    if (ends) steps.push_back(make_step(random, StepKind::kStart));
  }
  return steps;
}

// A log is packed, mostly while nothing else happens.
std::vector<Step> make_packed(Random& random) {
  std::vector<Step> steps;
  if (random.one_in(4)) steps.push_back(make_step(random, StepKind::kSettle));
  if (random.one_in(4)) steps.push_back(make_step(random, StepKind::kMeanwhile));
  steps.push_back(make_step(random, StepKind::kPack));
  if (random.one_in(3)) steps.push_back(make_step(random, StepKind::kWork));
  return steps;
}

void insert(Random& random, const HistoryLimits& limits, std::vector<Step> more,
            std::vector<Step>& steps) {
  std::erase_if(more, [&](const Step& step) { return is_left_out(step, limits); });
  const auto at = random.below(steps.size() + 1);
  steps.insert(steps.begin() + static_cast<std::ptrdiff_t>(at), more.begin(), more.end());
}

void add_later_steps(uint64_t seed, const HistoryLimits& limits, bool goes_wrong,
                     std::vector<Step>& steps) {
  Random halves(seed ^ kLaterSteps);
  for (auto count = halves.below(4); count > 0; --count) {
    insert(halves, limits, make_half_written(halves, goes_wrong), steps);
  }
  Random packed(seed ^ kPackedSteps);
  for (auto count = packed.below(4); count > 0; --count) {
    insert(packed, limits, make_packed(packed), steps);
  }
}

}  // namespace

History make_history(uint64_t seed, const HistoryLimits& limits) {
  Random random(seed);
  History history;
  history.seed = seed;
  history.sessions = static_cast<uint32_t>(random.between(1, 4));
  history.by_polling = random.one_in(4);
  history.power_loss = random.one_in(2) ? PowerLossOrder::kAnyOrder : PowerLossOrder::kByTime;
  const size_t steps = random.between(10, limits.steps);
  // Many histories go wrong often, some never, so that both long and broken runs are seen.
  const uint64_t rest = limits.faults ? std::array<uint64_t, 4>{0, 20, 8, 4}[random.below(4)] : 0;
  size_t start_in = random.below(6);  // steps until the daemon is surely started
  while (history.steps.size() < steps) {
    if (start_in-- == 0) history.steps.push_back(make_step(random, StepKind::kStart));
    const bool goes_wrong = rest > 0 && random.one_in(rest);
    const auto kind = goes_wrong ? pick(random, kFaultChances) : pick(random, kChances);
    const bool ends = kind == StepKind::kStop || kind == StepKind::kKill ||
                      kind == StepKind::kPowerLoss || kind == StepKind::kFault;
    if (ends) start_in = random.below(12);
    auto step = make_step(random, kind);
    if (is_left_out(step, limits)) step = make_step(random, StepKind::kTalk);
    history.steps.push_back(std::move(step));
  }
  add_later_steps(seed, limits, rest > 0, history.steps);
  return history;
}

std::string to_text(const Step& step) {
  auto text = fmt::format("{} who={} what={} amount={}", name_of(step.kind), step.who, step.what,
                          step.amount);
  if (step.kind == StepKind::kFault) {
    text += fmt::format(" {} for {} calls, torn at {} %", name_of(step.fault.kind),
                        step.fault.calls, step.fault.torn_percent);
  }
  return text;
}

History without_faults(const History& history) {
  History same = history;
  same.steps.clear();
  for (auto step : history.steps) {
    if (step.kind == StepKind::kFault) continue;
    if (step.kind == StepKind::kKill || step.kind == StepKind::kPowerLoss) {
      step.kind = StepKind::kStop;
    }
    same.steps.push_back(step);
  }
  return same;
}

}  // namespace kato::simulation
