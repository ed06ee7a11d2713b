#include "host/cli/interruption.h"

#include <cerrno>
#include <csignal>
#include <sys/eventfd.h>
#include <unistd.h>

namespace kato {
namespace {

// What a signal handler may touch; set by the guard before the handler is.
volatile std::sig_atomic_t interrupted = 0;
volatile std::sig_atomic_t reload_requested = 0;
volatile std::sig_atomic_t wake_fd = -1;

void remember(volatile std::sig_atomic_t& what) {
  const int saved = errno;
  what = 1;
  static_cast<void>(::eventfd_write(wake_fd, 1));
  errno = saved;
}

void interrupt(int) {
  remember(interrupted);
}

void reload(int) {
  remember(reload_requested);
}

// Without SA_RESTART: a wait that goes on is to end.
void handle(int signal, void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  static_cast<void>(::sigaction(signal, &action, nullptr));
}

bool is_ignored(int signal) {
  struct sigaction action{};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

InterruptionGuard::InterruptionGuard(Hangup hangup)
    : hangup_ends_(hangup == Hangup::kEnds && !is_ignored(SIGHUP)) {
  wake_fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  for (const int signal : {SIGINT, SIGTERM}) {
    handle(signal, &interrupt);
  }
  if (hangup_ends_) handle(SIGHUP, &interrupt);
  if (hangup == Hangup::kReloads) handle(SIGHUP, &reload);
}

InterruptionGuard::~InterruptionGuard() {
  // A second signal of the same Ctrl-C must not end what is ending well.
  const auto then = was_interrupted() ? SIG_IGN : SIG_DFL;
  for (const int signal : {SIGINT, SIGTERM}) {
    handle(signal, then);
  }
  if (hangup_ends_) handle(SIGHUP, then);
  ::close(wake_fd);
  wake_fd = -1;
}

bool take_reload_request() noexcept {
  if (reload_requested == 0) return false;
  reload_requested = 0;
  eventfd_t count = 0;
  static_cast<void>(::eventfd_read(wake_fd, &count));
  if (was_interrupted()) static_cast<void>(::eventfd_write(wake_fd, 1));
  return true;
}

bool was_interrupted() noexcept {
  return interrupted != 0;
}

int interruption_fd() noexcept {
  return wake_fd;
}

}  // namespace kato
