// What the command line prints, and how it ends.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "host/base/error.h"

namespace kato {

// Stable: scripts rely on these.
enum class ExitCode : int { kOk = 0, kFailed = 1, kUsage = 2, kNotRunning = 3, kRefused = 4 };

[[nodiscard]] ExitCode exit_code_of(const Error& error) noexcept;

// Standard output and standard error. Writes are unbuffered and go on after short writes; a closed
// reader ends in failure, not in a signal.
class Output {
 public:
  Output(int out_fd, int error_fd, bool colours) noexcept
      : out_fd_(out_fd), error_fd_(error_fd), colours_(colours) {}

  void print(std::string_view text) const;       // to standard output, as it is
  void print_line(std::string_view text) const;  // with a newline
  void note(std::string_view text) const;        // "kato: text" to standard error
  // "kato: error: text" to standard error. Returns the exit code that belongs to it.
  ExitCode error(const Error& error) const;
  ExitCode usage_error(std::string_view text) const;

  [[nodiscard]] bool colours() const noexcept { return colours_; }
  // False once a write to standard output has failed.
  [[nodiscard]] bool healthy() const noexcept { return healthy_; }

 private:
  int out_fd_;
  int error_fd_;
  bool colours_;
  mutable bool healthy_ = true;
};

}  // namespace kato
