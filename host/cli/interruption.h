// Ctrl-C during a command: noticed between two steps, so that nothing is left half done.
#pragma once

namespace kato {

// What SIGHUP means: the end of a terminal, or that the config is to be read again.
enum class Hangup { kEnds, kReloads };

// While one of these lives, SIGINT, SIGTERM and SIGHUP are remembered instead of ending the
// process. Who ignores SIGHUP goes on ignoring it, unless it is to reload.
class InterruptionGuard {
 public:
  explicit InterruptionGuard(Hangup hangup = Hangup::kEnds);
  ~InterruptionGuard();
  InterruptionGuard(const InterruptionGuard&) = delete;
  InterruptionGuard& operator=(const InterruptionGuard&) = delete;
  InterruptionGuard(InterruptionGuard&&) = delete;
  InterruptionGuard& operator=(InterruptionGuard&&) = delete;

 private:
  bool hangup_ends_ = false;
};

[[nodiscard]] bool was_interrupted() noexcept;
// True once for each SIGHUP, or several of them: the config is to be read again. They count from
// the first guard on.
[[nodiscard]] bool take_reload_request() noexcept;

// Readable once a signal came, while a guard lives.
[[nodiscard]] int interruption_fd() noexcept;

}  // namespace kato
