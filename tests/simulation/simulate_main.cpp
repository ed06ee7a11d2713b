// kato-simulate: plays seeded histories of the daemon on a simulated machine.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <iostream>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "tests/simulation/campaign.h"
#include "tests/simulation/seed_limit.h"
#include "tests/support/places.h"

using namespace kato::simulation;

namespace {

struct Options {
  uint64_t first = 1;
  uint64_t last = 100;
  HistoryLimits limits;
  unsigned jobs = 1;
  unsigned most_failures = 10;
  std::vector<uint64_t> excepted;
  bool verbose = false;
  bool no_shrinking = false;
};

void print(const std::string& text) {
  std::cout << text << std::flush;
}

std::string describe(const History& history, const SeedResult& result) {
  auto text = fmt::format("seed {} FAILED ({} sessions, {}, power loss {})\n", history.seed,
                          history.sessions, history.by_polling ? "polling" : "events",
                          history.power_loss == PowerLossOrder::kByTime ? "by time" : "any order");
  for (const auto& violation : result.violations) {
    text += "  " + violation + "\n";
  }
  return text;
}

void show(WorldInput input, const History& history) {
  input.trace = true;
  static_cast<void>(run_history(input, history));
}

std::string without(const HistoryLimits& limits) {
  if (limits.without.empty()) return {};
  return fmt::format(" --without \"{}\"", fmt::join(limits.without, ","));
}

void report_failure(const WorldInput& input, const Options& options, History history,
                    const SeedResult& result) {
  auto text = describe(history, result);
  if (!options.no_shrinking) {
    history = shrink(input, std::move(history), result.violations.front());
    const auto again = run_history(input, history);
    text += fmt::format("  shrunk to {} steps:\n", history.steps.size());
    for (const auto& step : history.steps) {
      text += "    " + to_text(step) + "\n";
    }
    for (const auto& violation : again.violations) {
      text += "  " + violation + "\n";
    }
  }
  print(text + fmt::format("  again: kato-simulate --seeds {} --steps {}{}{} --verbose\n",
                           history.seed, options.limits.steps,
                           options.limits.faults ? "" : " --calm", without(options.limits)));
  if (options.verbose) show(input, history);
}

struct Sum {
  uint64_t seeds = 0;
  int unchecked = 0;
  SeedResult of;  // without violations

  void add(const SeedResult& one) {
    ++seeds;
    unchecked += one.unchecked_sessions;
    of.calls += one.calls;
    of.steps += one.steps;
    of.damage.failed_calls += one.damage.failed_calls;
    of.damage.killed_runs += one.damage.killed_runs;
    of.damage.power_losses += one.damage.power_losses;
  }
};

std::string to_text(const Sum& sum) {
  return fmt::format(
      "{} seeds, {} steps, {} file-system calls, {} of them failed, {} runs were killed, {} power "
      "losses, {} sessions not checked",
      sum.seeds, sum.of.steps, sum.of.calls, sum.of.damage.failed_calls, sum.of.damage.killed_runs,
      sum.of.damage.power_losses, sum.unchecked);
}

// Every `jobs`-th seed. The number of failures.
unsigned run_share(const WorldInput& input, const Options& options, unsigned share) {
  unsigned failures = 0;
  Sum sum;
  for (uint64_t seed = options.first + share; seed <= options.last; seed += options.jobs) {
    if (std::ranges::find(options.excepted, seed) != options.excepted.end()) continue;
    const SeedLimit limit(seed);
    const auto history = make_history(seed, options.limits);
    const auto result = run_history(input, history);
    sum.add(result);
    if (result.violations.empty()) {
      if (options.verbose) show(input, history);
      continue;
    }
    report_failure(input, options, history, result);
    if (++failures >= options.most_failures) break;
  }
  print(fmt::format("{}; {} failures\n", to_text(sum), failures));
  return failures;
}

// Plugins cannot be shared by threads that each load them, so every share has a process.
bool run_shares(const WorldInput& input, const Options& options) {
  std::vector<pid_t> children;
  for (unsigned share = 0; share < options.jobs; ++share) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(run_share(input, options, share) == 0 ? 0 : 1);
    children.push_back(child);
  }
  bool good = true;
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    good = good && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  return good;
}

bool parse_seeds(const std::string& text, Options& options) {
  const auto dots = text.find("..");
  options.first = std::stoull(text.substr(0, dots));
  options.last = dots == std::string::npos ? options.first : std::stoull(text.substr(dots + 2));
  return options.first <= options.last;
}

}  // namespace

// NOLINTNEXTLINE(bugprone-exception-escape): a test tool; what escapes ends it with its message
int main(int argc, char** argv) {
  CLI::App app("Plays seeded histories of the daemon on a simulated machine and judges them");
  Options options;
  std::string seeds = "1..100";
  bool calm = false;
  app.add_option("--seeds", seeds, "FROM..TO, or one");
  app.add_option("--except", options.excepted, "seeds that are not played")->delimiter(',');
  app.add_option("--steps", options.limits.steps, "at most so many in a history");
  app.add_option("--jobs", options.jobs, "processes");
  app.add_option("--failures", options.most_failures, "a process stops after so many");
  app.add_option("--without", options.limits.without, "steps and faults that do not happen")
      ->delimiter(',');
  app.add_flag("--calm", calm, "nothing goes wrong");
  app.add_flag("--verbose", options.verbose, "print every step and every call");
  app.add_flag("--no-shrinking", options.no_shrinking, "leave failing histories as they are");
  CLI11_PARSE(app, argc, argv);
  options.limits.faults = !calm;
  options.jobs = std::max(options.jobs, 1U);
  if (!parse_seeds(seeds, options)) return 2;
  const WorldInput input{.plugin_folder = kato::test::binary_dir() + "/lib/kato/plugins"};
  const auto begun = std::chrono::steady_clock::now();
  const bool good =
      options.jobs == 1 ? run_share(input, options, 0) == 0 : run_shares(input, options);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  print(fmt::format("{:.1f} s\n", took.count()));
  return good ? 0 : 1;
}
