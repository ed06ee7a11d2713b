#include <CLI/CLI.hpp>
#include <memory>
#include <poll.h>

#include <nlohmann/json.hpp>

#include "host/cli/cli_command.h"
#include "host/cli/control_access.h"
#include "host/cli/interruption.h"
#include "host/cli/status_text.h"

namespace kato {
namespace {

constexpr int kRedrawMillis = 1000;
constexpr std::string_view kClearScreen = "\x1b[H\x1b[2J";

struct StatusArguments {
  bool json = false;
  bool all = false;
  bool live = false;
};

bool is_running(const nlohmann::ordered_json& status) {
  return status["daemon"].value("running", false);
}

// The state can be looked at whatever the config says.
Result<nlohmann::ordered_json> read_status(const CliContext& context, bool all, ConfigUse use) {
  const auto answer = request(context, {.verb = ControlVerb::kStatus, .all = all}, use);
  if (!answer) return forward(answer);
  return nlohmann::ordered_json::parse(*answer, nullptr, false);
}

std::string warning_of(const Error& config_problem, bool daemon_runs) {
  return fmt::format("warning: {}{}", config_problem.message(),
                     daemon_runs ? "\nthe daemon that runs goes on with the config that it has read"
                                 : "\nno daemon can start before that is mended");
}

ExitCode print_status(const StatusArguments& arguments, const CliContext& context) {
  const auto wrong = config_problem(context);
  const auto status =
      read_status(context, arguments.all, wrong ? ConfigUse::kDefaults : ConfigUse::kMustBeValid);
  if (!status) return context.output.error(status.error());
  if (wrong) context.output.note(warning_of(*wrong, is_running(*status)));
  if (arguments.json) {
    context.output.print_line(status->dump());
  } else {
    context.output.print(status_text(*status, context.clock.now()));
  }
  return is_running(*status) ? ExitCode::kOk : ExitCode::kNotRunning;
}

// Until Ctrl-C, or until no daemon runs: the state is not to be looked into again and again, which
// would be in the way of one that starts.
ExitCode redraw(const StatusArguments& arguments, const CliContext& context) {
  const InterruptionGuard guard;
  const auto wrong = config_problem(context);
  while (!was_interrupted()) {
    const auto status =
        read_status(context, arguments.all, wrong ? ConfigUse::kDefaults : ConfigUse::kMustBeValid);
    if (!status) return context.output.error(status.error());
    auto screen = std::string(kClearScreen) + status_text(*status, context.clock.now());
    if (wrong) screen += "\n" + warning_of(*wrong, is_running(*status)) + "\n";
    context.output.print(screen);
    if (!context.output.healthy()) return ExitCode::kFailed;
    if (!is_running(*status)) return ExitCode::kNotRunning;
    pollfd waited{.fd = interruption_fd(), .events = POLLIN, .revents = 0};
    static_cast<void>(::poll(&waited, 1, kRedrawMillis));
  }
  return ExitCode::kOk;
}

}  // namespace

CommandWork declare_status(CLI::App& app, const CliContext& context) {
  auto arguments = std::make_shared<StatusArguments>();
  auto* const json = app.add_flag("--json", arguments->json, "Print JSON");
  app.add_flag("--all", arguments->all, "Sessions of which nothing was heard for a day, too");
  app.add_flag("--live", arguments->live, "Go on and show it anew each second")->excludes(json);
  app.footer("Example: kato status --json");
  return [arguments, &context] {
    return arguments->live ? redraw(*arguments, context) : print_status(*arguments, context);
  };
}

}  // namespace kato
