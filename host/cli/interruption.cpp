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

void remember(int signal) {
  const int saved = errno;
  if (signal == SIGHUP) {
    reload_requested = 1;
  } else {
    interrupted = 1;
  }
  static_cast<void>(::eventfd_write(wake_fd, 1));
  errno = saved;
}

// Without SA_RESTART: a wait that goes on is to end.
void handle(void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  for (const int signal : {SIGINT, SIGTERM}) {
    static_cast<void>(::sigaction(signal, &action, nullptr));
  }
}

}  // namespace

InterruptionGuard::InterruptionGuard(Hangup hangup) {
  wake_fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  handle(&remember);
  if (hangup == Hangup::kEnds) return;
  struct sigaction action{};
  action.sa_handler = &remember;
  static_cast<void>(::sigaction(SIGHUP, &action, nullptr));
}

InterruptionGuard::~InterruptionGuard() {
  // A second signal of the same Ctrl-C must not end what is ending well.
  handle(was_interrupted() ? SIG_IGN : SIG_DFL);
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
