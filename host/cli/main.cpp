#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <map>
#include <unistd.h>

#include "host/base/clock.h"
#include "host/base/nearest.h"
#include "host/cli/assembled.h"
#include "host/cli/cli_command.h"
#include "host/io/file_system.h"
#include "host/io/files.h"

namespace kato {
namespace {

constexpr CliCommand kCommands[] = {
    {"init", "Write the commented config", &declare_init},
    {"run", "Watch and record in the foreground", &declare_run},
    {"start", "Start the daemon in the background", &declare_start},
    {"stop", "Stop the daemon", &declare_stop},
    {"restart", "Stop the daemon and start it again", &declare_restart},
    {"status", "What the daemon does, and what does not work", &declare_status},
    {"sessions", "List the conversations that were found", &declare_sessions},
    {"show", "Show one conversation", &declare_show},
    {"export", "Write conversations to files, once", &declare_export},
    {"record", "Start, stop or capture a recording", &declare_record},
    {"recordings", "List the recordings", &declare_recordings},
    {"private", "Keep nothing of a conversation", &declare_private},
    {"snapshot", "Make, list or remove Kato's copies of conversations", &declare_snapshot},
    {"reprocess", "Read a conversation again, into a new copy of it", &declare_reprocess},
    {"clean", "Remove what Kato keeps and nobody needs", &declare_clean},
    {"inspect", "Account for every record of a log", &declare_inspect},
    {"plugins", "List the plugins, and why any was refused", &declare_plugins},
    {"golden", "Check a plugin against its fixtures", &declare_golden},
    {"config", "Show, validate or reload the config", &declare_config},
};

std::string own_path(const FileSystem&, const char* fallback) {
  char buffer[4096];
  const auto length = ::readlink("/proc/self/exe", buffer, sizeof(buffer));
  return length > 0 ? std::string(buffer, static_cast<size_t>(length)) : std::string(fallback);
}

bool wants_colours(const Environment& environment) {
  const auto no_colour = environment.variable("NO_COLOR");
  return ::isatty(STDERR_FILENO) == 1 && (!no_colour || no_colour->empty());
}

// How to get help on what was typed, as far as it was understood.
std::string help_call(const CLI::App& app) {
  std::string words = "kato";
  for (const auto* at = &app; !at->get_subcommands().empty();) {
    at = at->get_subcommands().front();
    words += " " + at->get_name();
  }
  return words + " --help";
}

// CLI11 says only that a command is wanted, not that what was typed is none.
std::string what_is_wrong(const CLI::App& app, const CLI::ParseError& thrown) {
  const auto not_understood = app.remaining();
  const bool is_no_command = app.get_subcommands().empty() && !not_understood.empty() &&
                             !not_understood.front().starts_with('-');
  if (!is_no_command) return thrown.what();
  std::vector<std::string_view> names;
  for (const auto& command : kCommands) {
    names.emplace_back(command.name);
  }
  const auto meant = nearest(not_understood.front(), names);
  return fmt::format("'{}' is no command{}", not_understood.front(),
                     meant ? fmt::format("; did you mean '{}'?", *meant) : "");
}

// CLI11's exceptions end here: help and version are no failures, all else is a usage error.
ExitCode report(const CLI::App& app, const CLI::ParseError& thrown, const Output& output) {
  if (thrown.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
    return static_cast<ExitCode>(app.exit(thrown));
  }
  return output.usage_error(what_is_wrong(app, thrown) + "; see: " + help_call(app));
}

ExitCode run(int argc, char** argv) {
  const ProcessEnvironment environment;
  const Output output(STDOUT_FILENO, STDERR_FILENO, wants_colours(environment));
  const SystemClock clock;
  const auto files = make_posix_file_system();
  CliContext context{.output = output,
                     .files = *files,
                     .clock = clock,
                     .environment = environment,
                     .program_path = own_path(*files, argv[0]),
                     .state_dir = {},
                     .config_path = {}};

  CLI::App app("Own your AI conversations: records what you and your coding agents say.", "kato");
  app.set_version_flag("--version", std::string("kato ") + KATO_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--state-dir", context.state_dir, "State directory (KATO_HOME, else ~/.kato)");
  app.add_option("--config", context.config_path, "Config file (kato.yaml in the state directory)");
  std::map<const CLI::App*, CommandWork> work;
  for (const auto& command : kCommands) {
    auto* const declared = app.add_subcommand(command.name, command.summary);
    work[declared] = command.declare(*declared, context);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& thrown) {
    return report(app, thrown, output);
  }
  // A daemon that is started works in another folder.
  for (auto* const path : {&context.state_dir, &context.config_path}) {
    if (path->empty() || path->starts_with('/') || path->starts_with('~')) continue;
    *path = normal_path(join_path(working_folder(), *path));
  }
  const auto code = work[app.get_subcommands().front()]();
  if (!output.healthy() && code == ExitCode::kOk) return ExitCode::kFailed;
  return code;
}

}  // namespace
}  // namespace kato

int main(int argc, char** argv) {
  // A reader that went away, or a file that may not grow further, is an error of a write.
  for (const int signal : {SIGPIPE, SIGXFSZ}) {
    static_cast<void>(std::signal(signal, SIG_IGN));
  }
  try {
    return static_cast<int>(kato::run(argc, argv));
  } catch (const std::exception& thrown) {
    static_cast<void>(::write(STDERR_FILENO, "kato: error: ", 13));
    const std::string_view what = thrown.what();
    static_cast<void>(::write(STDERR_FILENO, what.data(), what.size()));
    static_cast<void>(::write(STDERR_FILENO, "\n", 1));
    return 1;
  }
}
