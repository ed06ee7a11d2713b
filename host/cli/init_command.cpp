#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <unistd.h>

#include "host/cli/assembled.h"
#include "host/cli/cli_command.h"
#include "host/config/shipped_files.h"
#include "host/io/files.h"

namespace kato {
namespace {

constexpr std::string_view kSnapshotsOff = "globalAutoGenerateSnapshots: false";
constexpr std::string_view kSnapshotsOn = "globalAutoGenerateSnapshots: true";

struct InitArguments {
  bool yes = false;
  bool force = false;
};

bool asks(const InitArguments& arguments) {
  return !arguments.yes && ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
}

// Anything but a clear yes is a no.
bool confirmed(const Output& output, std::string_view question) {
  output.print(std::string(question) + " [y/N] ");
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

bool wants_copies(const Output& output) {
  output.print_line(
      "Kato can keep a copy of every conversation that goes on from now (a \"twin\"), in its "
      "state\n"
      "directory, readable by you alone. With copies, recordings can still be made after an agent\n"
      "has deleted its log. Without, only what you record is kept. Nothing ever leaves this\n"
      "machine. You can change this later in the config (globalAutoGenerateSnapshots).");
  return confirmed(output, "Keep copies of all conversations?");
}

void report_agents(const Assembly& assembly, const CliContext& context) {
  for (const auto& root : assembly.roots()) {
    const bool there = context.files.info(root.path).has_value();
    context.output.print_line(fmt::format("{:<12} {} {}", root.provider->about().display_name,
                                          there ? "found in" : "not found in", root.path));
  }
}

ExitCode init(const InitArguments& arguments, const CliContext& context) {
  const auto paths = find_state_paths(assembly_input(context));
  if (!paths) return context.output.error(paths.error());
  if (context.files.link_info(paths->config_file) && !arguments.force) {
    return context.output.error({ErrorCode::kExists, paths->config_file +
                                                         " is there already; replace it by the "
                                                         "default with: kato init --force"});
  }
  std::string text(default_config_yaml());
  if (asks(arguments) && wants_copies(context.output)) {
    text.replace(text.find(kSnapshotsOff), kSnapshotsOff.size(), kSnapshotsOn);
  }
  if (auto made = context.files.make_folders(parent_folder(paths->config_file), 0700); !made) {
    return context.output.error(made.error());
  }
  auto written = replace_whole(context.files, paths->config_file, text, Durability::kSynced);
  if (!written) return context.output.error(written.error());
  context.output.print_line("wrote " + paths->config_file);
  const auto assembly = assemble(context);
  if (!assembly) return context.output.error(assembly.error());
  report_agents(**assembly, context);
  context.output.print_line("next: kato run");
  return ExitCode::kOk;
}

}  // namespace

CommandWork declare_init(CLI::App& app, const CliContext& context) {
  auto arguments = std::make_shared<InitArguments>();
  app.add_flag("--yes", arguments->yes, "Ask nothing: the defaults");
  app.add_flag("--force", arguments->force, "Replace a config that is there");
  app.footer("Example: kato init --yes");
  return [arguments, &context] { return init(*arguments, context); };
}

}  // namespace kato
