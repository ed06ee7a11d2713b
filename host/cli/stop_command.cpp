#include "host/cli/stop_command.h"

#include <CLI/CLI.hpp>

#include "host/cli/control_access.h"

namespace kato {
namespace {

constexpr std::chrono::seconds kPatience{60};

}  // namespace

ExitCode stop_daemon(const CliContext& context) {
  auto daemon = reach_daemon(context);
  if (!daemon && daemon.error().code() == ErrorCode::kNotFound) {
    context.output.note("no daemon is running");
    return ExitCode::kNotRunning;
  }
  if (!daemon) return context.output.error(daemon.error());
  if (auto ended = daemon->stop(kPatience); !ended) return context.output.error(ended.error());
  context.output.note("stopped");
  return ExitCode::kOk;
}

CommandWork declare_stop(CLI::App& app, const CliContext& context) {
  app.footer("Example: kato stop");
  return [&context] { return stop_daemon(context); };
}

}  // namespace kato
