#include "host/cli/interruption.h"

#include <csignal>

namespace kato {
namespace {

// The one thing that a signal handler may touch; set by no other code.
volatile std::sig_atomic_t interrupted = 0;

void remember(int) {
  interrupted = 1;
}

}  // namespace

InterruptionGuard::InterruptionGuard() {
  std::signal(SIGINT, &remember);
  std::signal(SIGTERM, &remember);
}

InterruptionGuard::~InterruptionGuard() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

bool was_interrupted() noexcept {
  return interrupted != 0;
}

}  // namespace kato
