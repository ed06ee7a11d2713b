// A child process with its own environment, ended by its own pid.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace kato::test {

struct Finished {
  int exit_code = -1;  // negative: ended by that signal
  std::string out;
  std::string err;
};

class Process {
 public:
  // argv[0] is the path of the program. Standard input is empty; outputs go into files below
  // `scratch_folder`.
  Process(const std::vector<std::string>& argv,
          const std::map<std::string, std::string>& environment, const std::string& scratch_folder);
  ~Process();  // kills what still runs
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  Process(Process&&) = delete;
  Process& operator=(Process&&) = delete;

  void send(int signal) const;
  // True once it has ended; wait() then returns at once.
  [[nodiscard]] bool has_ended();
  // Waits until it ends; kills it after the deadline and reports -SIGKILL.
  Finished wait(std::chrono::milliseconds deadline = std::chrono::seconds(60));
  // What it has said so far.
  [[nodiscard]] std::string out_so_far() const;
  [[nodiscard]] std::string err_so_far() const;

 private:
  pid_t pid_ = -1;
  int status_ = 0;  // once it has ended
  std::string out_path_;
  std::string err_path_;
};

// Asks `holds` again and again, after a pause each time, until it does or the deadline is over.
// True if it did.
template <class Condition>
[[nodiscard]] bool eventually(Condition&& holds,
                              std::chrono::milliseconds deadline = std::chrono::seconds(30),
                              std::chrono::nanoseconds between = std::chrono::milliseconds(10)) {
  const auto until = std::chrono::steady_clock::now() + deadline;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) return false;
    timespec pause{.tv_sec = 0, .tv_nsec = between.count()};
    nanosleep(&pause, nullptr);
  }
  return true;
}

}  // namespace kato::test
