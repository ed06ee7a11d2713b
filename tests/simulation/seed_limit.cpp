#include "tests/simulation/seed_limit.h"

#include <array>
#include <csignal>
#include <sys/time.h>
#include <unistd.h>

#include <fmt/format.h>

namespace kato::simulation {
namespace {

// What a signal handler can reach.
std::array<char, 128> message;
size_t message_size = 0;

void end_process(int /*signal*/) {
  static_cast<void>(::write(STDOUT_FILENO, message.data(), message_size));
  ::_exit(1);
}

void set_timer(int cpu_seconds) {
  const itimerval timer{.it_interval = {}, .it_value = {.tv_sec = cpu_seconds, .tv_usec = 0}};
  static_cast<void>(::setitimer(ITIMER_PROF, &timer, nullptr));
}

}  // namespace

SeedLimit::SeedLimit(uint64_t seed, int cpu_seconds) {
  const auto written = fmt::format_to_n(
      message.data(), message.size(),
      "seed {} FAILED: it does not end within {} s of the processor\n", seed, cpu_seconds);
  message_size = static_cast<size_t>(written.out - message.data());
  static_cast<void>(std::signal(SIGPROF, end_process));
  set_timer(cpu_seconds);
}

SeedLimit::~SeedLimit() {
  set_timer(0);
}

}  // namespace kato::simulation
