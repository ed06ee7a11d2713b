// Ctrl-C during a command: noticed between two steps, so that nothing is left half done.
#pragma once

namespace kato {

// While one of these lives, SIGINT and SIGTERM are remembered instead of ending the process.
class InterruptionGuard {
 public:
  InterruptionGuard();
  ~InterruptionGuard();
  InterruptionGuard(const InterruptionGuard&) = delete;
  InterruptionGuard& operator=(const InterruptionGuard&) = delete;
  InterruptionGuard(InterruptionGuard&&) = delete;
  InterruptionGuard& operator=(InterruptionGuard&&) = delete;
};

[[nodiscard]] bool was_interrupted() noexcept;

// Readable once a signal came, while a guard lives.
[[nodiscard]] int interruption_fd() noexcept;

}  // namespace kato
