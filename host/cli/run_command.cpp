#include <CLI/CLI.hpp>
#include <memory>
#include <poll.h>

#include "host/cli/assembled.h"
#include "host/cli/cli_command.h"
#include "host/cli/interruption.h"
#include "host/daemon/daemon.h"

namespace kato {
namespace {

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
  auto daemon = Daemon::make({.files = context.files,
                              .clock = context.clock,
                              .environment = context.environment,
                              .assembly = std::move(*assembly),
                              .mirror_log = true});
  if (!daemon) return context.output.error(daemon.error());
  const InterruptionGuard guard;
  context.output.note("ready; stop with Ctrl-C");
  while (!was_interrupted()) {
    (*daemon)->work([] { return was_interrupted(); });
    if (was_interrupted()) break;
    static_cast<void>(::poll(nullptr, 0, static_cast<int>((*daemon)->idle_time().count())));
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
