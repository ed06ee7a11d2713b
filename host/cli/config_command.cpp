#include <CLI/CLI.hpp>
#include <memory>

#include <nlohmann/json.hpp>

#include "host/cli/assembled.h"
#include "host/cli/cli_command.h"
#include "host/cli/control_access.h"
#include "host/config/config_writer.h"
#include "host/config/shipped_files.h"

namespace kato {
namespace {

ExitCode validate(const CliContext& context) {
  const auto assembly = Assembly::make(assembly_input(context));
  if (!assembly) return context.output.error(assembly.error());
  const auto& path = (*assembly)->paths().config_file;
  context.output.print_line((*assembly)->config_from_defaults()
                                ? path + " is not there: the defaults hold"
                                : path + " is valid");
  for (const auto& warning : (*assembly)->warnings()) {
    context.output.note("warning: " + warning);
  }
  return ExitCode::kOk;
}

void print_roots(const Assembly& assembly, const CliContext& context) {
  for (const auto& root : assembly.roots()) {
    const bool there = context.files.info(root.path).has_value();
    context.output.print_line(fmt::format("# root: {} {}{}", root.provider->identity().id,
                                          root.path, there ? "" : " (not there)"));
  }
}

ExitCode show(const CliContext& context) {
  const auto assembly = assemble(context);
  if (!assembly) return context.output.error(assembly.error());
  const auto& paths = (*assembly)->paths();
  context.output.print_line("# state: " + paths.state_dir);
  print_roots(**assembly, context);
  context.output.print_line((*assembly)->config_from_defaults()
                                ? "# " + paths.config_file + " is not there: the defaults hold"
                                : "# config: " + paths.config_file);
  context.output.print_line(to_json((*assembly)->config()));
  return ExitCode::kOk;
}

ExitCode reload(const CliContext& context) {
  auto daemon = running_daemon(context);
  if (!daemon && daemon.error().code() == ErrorCode::kNotFound) {
    context.output.note("no daemon is running; the next one begins with the config as it is then");
    return ExitCode::kNotRunning;
  }
  if (!daemon) return context.output.error(daemon.error());
  constexpr std::chrono::seconds kPatience{60};
  const auto answer = daemon->ask({.verb = ControlVerb::kReload}, kPatience);
  if (!answer) return context.output.error(answer.error());
  context.output.note("the daemon goes on with the config as it is now");
  return ExitCode::kOk;
}

}  // namespace

CommandWork declare_config(CLI::App& app, const CliContext& context) {
  auto* const show_app = app.add_subcommand("show", "Print the config that holds, and the roots");
  auto* const validate_app =
      app.add_subcommand("validate", "Check the config, and say where it is wrong");
  app.add_subcommand("schema", "Print the JSON Schema of the config, for editors");
  auto* const reload_app =
      app.add_subcommand("reload", "Have the running daemon go on with the config as it is now");
  app.require_subcommand(1);
  app.footer("Example: kato config validate");
  return [show_app, validate_app, reload_app, &context] {
    if (show_app->parsed()) return show(context);
    if (validate_app->parsed()) return validate(context);
    if (reload_app->parsed()) return reload(context);
    context.output.print(config_schema_json());
    return ExitCode::kOk;
  };
}

}  // namespace kato
