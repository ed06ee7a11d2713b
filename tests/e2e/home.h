// A throw-away home for the real binary: agents' logs go in, recordings come out.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/clock.h"

#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace kato::test {

class Home {
 public:
  Home();

  // A variable of the environment of what is started from now on.
  void set(const std::string& name, const std::string& value) { more_[name] = value; }
  // The wall clock of what is started from now on stands still at that time. Not with sanitizers.
  void stop_clock_at(UnixMillis time);

  // Runs kato to its end.
  [[nodiscard]] Finished kato(std::vector<std::string> arguments) const;
  // Starts it only.
  [[nodiscard]] std::unique_ptr<Process> begin(std::vector<std::string> arguments) const;
  // Starts `kato run` and waits until it says that it is ready.
  [[nodiscard]] std::unique_ptr<Process> start_daemon() const;
  // Ends it as a user would; the exit code must be 0.
  static void stop(Process& daemon);

  [[nodiscard]] std::string path(std::string_view name) const { return folder_ / name; }
  [[nodiscard]] std::string read(std::string_view name) const { return folder_.read(name); }
  std::string write(std::string_view name, std::string_view content) const {
    return folder_.write(name, content);
  }
  void append(std::string_view name, std::string_view content) const;
  [[nodiscard]] bool contains(std::string_view name, std::string_view text) const;

  // A log of one conversation in the project folder ~/proj, and lines for it.
  static constexpr std::string_view kLog =
      ".claude/projects/-proj/11111111-2222-4333-8444-555555555555.jsonl";
  [[nodiscard]] std::string user(std::string_view uuid, std::string_view text,
                                 std::string_view time = {}) const;
  [[nodiscard]] std::string assistant(std::string_view uuid, std::string_view text) const;

 private:
  [[nodiscard]] std::map<std::string, std::string> environment() const;
  [[nodiscard]] std::string line(std::string_view uuid, std::string_view time,
                                 std::string_view rest) const;

  TemporaryFolder folder_;
  std::map<std::string, std::string> more_;
};

}  // namespace kato::test
