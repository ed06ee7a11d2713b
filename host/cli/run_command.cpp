#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <climits>
#include <memory>
#include <poll.h>

#include "host/cli/assembled.h"
#include "host/cli/cli_command.h"
#include "host/cli/interruption.h"
#include "host/daemon/daemon.h"

namespace kato {
namespace {

// Until a source changes, something is due, or a signal comes.
void wait_for_work(const Daemon& daemon, const Clock& clock) {
  using std::chrono::milliseconds;
  int timeout_ms = -1;
  if (const auto due = daemon.due()) {
    const auto left = std::chrono::ceil<milliseconds>(*due - clock.steady());
    timeout_ms = static_cast<int>(std::clamp<int64_t>(left.count(), 0, INT_MAX));
  }
  pollfd waited[] = {{.fd = interruption_fd(), .events = POLLIN, .revents = 0},
                     {.fd = daemon.wait_fd(), .events = POLLIN, .revents = 0}};
  static_cast<void>(::poll(waited, std::size(waited), timeout_ms));
}

ExitCode run_daemon(const CliContext& context) {
  auto assembly = assemble(context);
  if (!assembly) return context.output.error(assembly.error());
  if ((*assembly)->config_from_defaults()) {
    context.output.note("no config file: the defaults hold (kato init writes one)");
  }
  for (const auto& root : (*assembly)->roots()) {
    context.output.note(
        fmt::format("watching {} ({})", root.path, root.provider->about().display_name));
  }
  auto daemon =
      Daemon::make({.files = context.files,
                    .clock = context.clock,
                    .environment = context.environment,
                    .assembly = std::move(*assembly),
                    .make_folder_events = [] { return make_folder_events().value_or(nullptr); },
                    .mirror_log = true});
  if (!daemon) return context.output.error(daemon.error());
  const InterruptionGuard guard;
  (*daemon)->look_for_changes();
  context.output.note("ready; stop with Ctrl-C");
  while (!was_interrupted()) {
    (*daemon)->work([] { return was_interrupted(); });
    if (!was_interrupted()) wait_for_work(**daemon, context.clock);
  }
  if (auto finished = (*daemon)->finish(); !finished) {
    return context.output.error(finished.error());
  }
  context.output.note("stopped");
  return ExitCode::kOk;
}

}  // namespace

CommandWork declare_run(CLI::App& app, const CliContext& context) {
  app.footer("Example: kato run");
  return [&context] { return run_daemon(context); };
}

}  // namespace kato
