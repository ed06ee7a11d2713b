// What every command of the command line has: its place among the arguments, and its work.
#pragma once

#include <functional>
#include <string>

#include "host/base/clock.h"
#include "host/base/environment.h"
#include "host/cli/output.h"
#include "host/io/file_system.h"

namespace CLI {
class App;
}

namespace kato {

// What the process has, and the options that all commands share. Outlives every command.
struct CliContext {
  const Output& output;
  FileSystem& files;
  const Clock& clock;
  const Environment& environment;
  std::string program_path;  // of this executable, absolute
  std::string state_dir;     // --state-dir; empty: KATO_HOME, else ~/.kato
  std::string config_path;   // --config; empty: kato.yaml in the state directory
};

// The work of a command, once its arguments are parsed.
using CommandWork = std::function<ExitCode()>;

// Adds one command's arguments to `app`, which is the command's own, and returns its work.
using DeclareCommand = CommandWork (*)(CLI::App& app, const CliContext& context);

struct CliCommand {
  const char* name;
  const char* summary;
  DeclareCommand declare;
};

// One file each.
CommandWork declare_clean(CLI::App& app, const CliContext& context);
CommandWork declare_config(CLI::App& app, const CliContext& context);
CommandWork declare_export(CLI::App& app, const CliContext& context);
CommandWork declare_golden(CLI::App& app, const CliContext& context);
CommandWork declare_init(CLI::App& app, const CliContext& context);
CommandWork declare_inspect(CLI::App& app, const CliContext& context);
CommandWork declare_plugins(CLI::App& app, const CliContext& context);
CommandWork declare_private(CLI::App& app, const CliContext& context);
CommandWork declare_record(CLI::App& app, const CliContext& context);
CommandWork declare_recordings(CLI::App& app, const CliContext& context);
CommandWork declare_reprocess(CLI::App& app, const CliContext& context);
CommandWork declare_restart(CLI::App& app, const CliContext& context);
CommandWork declare_run(CLI::App& app, const CliContext& context);
CommandWork declare_sessions(CLI::App& app, const CliContext& context);
CommandWork declare_show(CLI::App& app, const CliContext& context);
CommandWork declare_snapshot(CLI::App& app, const CliContext& context);
CommandWork declare_start(CLI::App& app, const CliContext& context);
CommandWork declare_status(CLI::App& app, const CliContext& context);
CommandWork declare_stop(CLI::App& app, const CliContext& context);

}  // namespace kato
