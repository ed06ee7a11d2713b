// One run of a scenario by the real binary, with a kill or without.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "host/base/clock.h"

#include "tests/crash/scenario.h"
#include "tests/support/process.h"

namespace kato::test {

// Where to kill: in place of the n-th call of a process, counted from 1; 0: never.
struct Kill {
  long at = 0;
  bool half = false;  // if the call writes: half of it is written
};

// What is left when all is over, and what was seen on the way.
struct Outcome {
  std::vector<std::string> problems;  // waited in vain, or a daemon that ended otherwise
  std::vector<std::string> calls;     // of the first process: name, size, path
  size_t kills = 0;
  std::map<std::string, std::string> destinations;  // path to content
  std::string twin;
  std::string twin_at_kill;  // at the first one
  // From which byte of the log on which daemons watched, by their clocks: two where the first half
  // of a line came at one time and the rest at another.
  std::map<uint64_t, std::set<UnixMillis>> watched_from;
};

class CrashRun {
 public:
  // home: made anew, and wiped by each run. Runs share it, since paths are part of what is written.
  // scratch: a folder beside it.
  CrashRun(const Scenario& scenario, std::string home, std::string scratch, UnixMillis begin)
      : scenario_(scenario), home_(std::move(home)), scratch_(std::move(scratch)), begin_(begin) {}

  // first: of the first process; second: of the one that is started after it was killed.
  [[nodiscard]] Outcome play(const Kill& first, const Kill& second = {});

 private:
  void lay_out();
  void start();
  void restart_if_dead();
  void go(const Stage& stage);
  void end_daemon();
  [[nodiscard]] bool await(const std::function<bool()>& holds);
  [[nodiscard]] std::string twin_path() const;
  [[nodiscard]] std::string committed_twin() const;
  [[nodiscard]] bool holds(const Expectation& expectation) const;
  [[nodiscard]] UnixMillis clock_of_run() const;
  [[nodiscard]] std::map<std::string, std::string> environment(const Kill& kill) const;
  void problem(const std::string& what);

  const Scenario& scenario_;
  std::string home_;
  std::string scratch_;
  UnixMillis begin_;

  std::vector<Kill> kills_;  // of the processes to come
  std::unique_ptr<Process> daemon_;
  size_t runs_ = 0;
  uint64_t log_bytes_ = 0;
  std::optional<uint64_t> torn_from_;  // the log's last line is not whole; where its stage began
  Outcome outcome_;
};

}  // namespace kato::test
