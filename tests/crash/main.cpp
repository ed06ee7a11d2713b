// crash_runs [--agent A] [--sink EXTENSION] [--durability D] [--every K [--offset R]] [--twice]
// [--seconds S] [--at N [--half] [--then M]] [--list]: kills `kato run` at every file-system call
// of a recording scenario, starts it again, lets it finish, and compares everything that was
// written with the uninterrupted run. Prints a matrix; fails if anything differs. See
// tests/crash/README.md.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include "tests/crash/comparison.h"
#include "tests/crash/crash_run.h"
#include "tests/support/temporary_folder.h"

namespace kato::test {
namespace {

constexpr size_t kMostNotes = 12;
constexpr size_t kMostProblems = 3;

struct Options {
  std::vector<std::string> agents = {"claude", "codex", "gemini"};
  std::vector<std::string> extensions = {"md", "jsonl"};
  std::vector<std::string> durabilities = {"interval", "commit", "none"};
  std::chrono::seconds budget{0};  // for all; 0: as long as it takes
  long every = 1;
  long offset = 0;
  long at = 0;         // only this point
  bool half = false;   // of it
  bool twice = false;  // the second process is killed too
  long then = 0;       // where exactly; 0: somewhere
  bool list = false;   // only say which calls there are
};

struct Row {
  std::string name;
  size_t calls = 0;
  size_t points = 0;
  size_t problems = 0;
  Difference sum{};
};

void say(const std::string& line) {
  static_cast<void>(std::fputs((line + "\n").c_str(), stdout));
  static_cast<void>(std::fflush(stdout));
}

// "write 812 /proj/notes.md": a call that can be made by half.
bool is_write(const std::string& call) {
  return call.find("write") != std::string::npos && call.find(" 0 ") == std::string::npos;
}

// Every point of the scenario, in order.
std::vector<Kill> points_of(const Outcome& reference) {
  std::vector<Kill> points;
  for (size_t i = 0; i < reference.calls.size(); ++i) {
    const auto at = static_cast<long>(i + 1);
    points.push_back({.at = at, .half = false});
    if (is_write(reference.calls[i])) points.push_back({.at = at, .half = true});
  }
  return points;
}

class Campaign {
 public:
  explicit Campaign(Options options) : options_(std::move(options)) {}

  int run() {
    const UnixMillis begin = SystemClock().now();
    for (const auto& agent : options_.agents) {
      for (const auto& extension : options_.extensions) {
        for (const auto& durability : options_.durabilities) {
          try_all(agent, extension, durability, begin);
        }
      }
    }
    return print();
  }

 private:
  void try_all(const std::string& agent, const std::string& extension,
               const std::string& durability, UnixMillis begin) {
    constexpr int64_t kHeadStartMillis = 60'000;
    const auto home = folder_ / "home";
    const auto scenario =
        make_scenario(agent, extension, durability, home, {begin.value + kHeadStartMillis});
    CrashRun runs(scenario, home, folder_ / "scratch", begin);
    Row row{.name = agent + " | " + extension + " | " + durability, .sum = {}};
    const auto reference = runs.play({});
    row.calls = reference.calls.size();
    if (!reference.problems.empty()) {
      ++row.problems;
      say(row.name + ": the uninterrupted run: " + reference.problems.front());
    } else if (options_.list) {
      for (size_t i = 0; i < reference.calls.size(); ++i) {
        say(fmt::format("{} {}", i + 1, reference.calls[i]));
      }
    } else {
      const auto points = points_of(reference);
      const auto until = std::chrono::steady_clock::now() + share();
      for (const size_t i : order(points.size())) {
        if (row.problems >= kMostProblems || is_over(until)) break;
        if (is_chosen(points[i], i)) try_point(runs, scenario, reference, points[i], row);
      }
    }
    rows_.push_back(std::move(row));
  }

  // Of the time, for one scenario.
  [[nodiscard]] std::chrono::milliseconds share() const {
    const auto scenarios = static_cast<int64_t>(
        options_.agents.size() * options_.extensions.size() * options_.durabilities.size());
    return std::chrono::milliseconds(options_.budget) / scenarios;
  }
  [[nodiscard]] bool is_over(std::chrono::steady_clock::time_point until) const {
    return options_.budget.count() > 0 && std::chrono::steady_clock::now() > until;
  }
  // With a budget: spread over the whole scenario from the first on, and each day others first.
  [[nodiscard]] std::vector<size_t> order(size_t count) const {
    constexpr size_t kStride = 37;
    constexpr int64_t kMillisPerDay = 86'400'000;
    const bool spread = options_.budget.count() > 0;
    const size_t stride = spread ? std::min(kStride, count) : 1;
    const auto first =
        spread ? static_cast<size_t>(SystemClock().now().value / kMillisPerDay) * 11 : 0;
    std::vector<size_t> numbers;
    for (size_t k = 0; k < stride; ++k) {
      for (size_t i = (first + k * 14) % stride; i < count; i += stride) {
        numbers.push_back(i);
      }
    }
    return numbers;
  }
  [[nodiscard]] bool is_chosen(const Kill& point, size_t number) const {
    if (options_.at > 0) return point.at == options_.at && point.half == options_.half;
    return static_cast<long>(number) % options_.every == options_.offset % options_.every;
  }

  void try_point(CrashRun& runs, const Scenario& scenario, const Outcome& reference,
                 const Kill& point, Row& row) {
    constexpr long kPrime = 7919;
    const auto calls = static_cast<long>(reference.calls.size());
    const long somewhere = options_.twice ? 1 + point.at * kPrime % calls : 0;
    const Kill second{.at = options_.then > 0 ? options_.then : somewhere,
                      .half = point.at % 2 == 0};
    const auto outcome = runs.play(point, second);
    if (outcome.kills == 0 && outcome.problems.empty()) return;  // this run had fewer calls
    ++row.points;
    const auto where = fmt::format(
        "{}: killed at {}{} ({}){}", row.name, point.at, point.half ? " half" : "",
        outcome.calls.back(), outcome.kills > 1 ? fmt::format(", again at {}", second.at) : "");
    if (!outcome.problems.empty()) {
      ++row.problems;
      return say(where + ": " + outcome.problems.front());
    }
    const auto difference = compare(scenario, reference, outcome);
    row.sum.lost += difference.lost;
    row.sum.doubled += difference.doubled;
    row.sum.files += difference.files;
    row.sum.times += difference.times;
    if (!difference.any() || ++told_ > kMostNotes) return;
    say(where);
    for (const auto& note : difference.notes) {
      say("  " + note);
    }
  }

  int print() {
    say("\n| provider | sink | durability | calls | points tried | events lost | events doubled | "
        "files differing | times wrong | stuck |");
    say("|---|---|---|---|---|---|---|---|---|---|");
    bool clean = true;
    size_t points = 0;
    for (const auto& row : rows_) {
      say(fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} |", row.name, row.calls, row.points,
                      row.sum.lost, row.sum.doubled, row.sum.files, row.sum.times, row.problems));
      clean = clean && !row.sum.any() && row.problems == 0;
      points += row.points;
    }
    say(fmt::format("\n{} points tried; {}", points, clean ? "nothing differs" : "FAILED"));
    return clean && points > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
  }

  Options options_;
  TemporaryFolder folder_;
  std::vector<Row> rows_;
  size_t told_ = 0;
};

// 0: it is none.
int number_in(const std::string& word) {
  int number = 0;
  std::from_chars(word.data(), word.data() + word.size(), number);
  return number;
}

bool take_flag(const std::string& word, Options& options) {
  bool* const flag = word == "--twice"  ? &options.twice
                     : word == "--list" ? &options.list
                     : word == "--half" ? &options.half
                                        : nullptr;
  if (flag != nullptr) *flag = true;
  return flag != nullptr;
}

bool take_value(const std::string& word, const std::string& value, Options& options) {
  if (word == "--agent") {
    options.agents = {value};
  } else if (word == "--sink") {
    options.extensions = {value};
  } else if (word == "--durability") {
    options.durabilities = {value};
  } else if (word == "--seconds") {
    options.budget = std::chrono::seconds(number_in(value));
  } else if (word == "--every") {
    options.every = std::max(1, number_in(value));
  } else if (word == "--offset") {
    options.offset = number_in(value);
  } else if (word == "--then") {
    options.then = number_in(value);
  } else if (word == "--at") {
    options.at = number_in(value);
  } else {
    return false;
  }
  return true;
}

// Nothing if it is not understood.
std::optional<Options> read_options(const std::vector<std::string>& words) {
  Options options;
  for (size_t i = 0; i < words.size(); ++i) {
    if (take_flag(words[i], options)) continue;
    if (i + 1 == words.size() || !take_value(words[i], words[i + 1], options)) return std::nullopt;
    ++i;
  }
  return options;
}

}  // namespace
}  // namespace kato::test

int main(int count, char** arguments) {
  const auto options = kato::test::read_options({arguments + 1, arguments + count});
  if (!options) {
    static_cast<void>(std::fputs(
        "usage: crash_runs [--agent claude|codex|gemini] [--sink md|jsonl] "
        "[--durability interval|commit|none] [--every K [--offset R]] [--seconds S] [--twice] "
        "[--at N [--half] [--then M]] [--list]\n",
        stderr));
    return 2;
  }
  // Nothing here asks for a real disk: what a killed process wrote is seen by the next one anyway.
  if (std::getenv("TMPDIR") == nullptr && ::access("/dev/shm", W_OK) == 0) {
    ::setenv("TMPDIR", "/dev/shm", 1);
  }
  return kato::test::Campaign(*options).run();
}
