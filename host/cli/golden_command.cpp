#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "host/cli/assembled.h"
#include "host/cli/cli_command.h"
#include "host/daemon/golden.h"
#include "host/io/files.h"

namespace kato {
namespace {

struct GoldenArguments {
  std::vector<std::string> folders;
  bool update = false;
  bool json = false;
};

struct GoldenTally {
  size_t passed = 0;
  size_t failed = 0;
  nlohmann::ordered_json cases = nlohmann::ordered_json::array();
};

void report_case(const GoldenCase& done, const GoldenArguments& arguments, const Output& output,
                 GoldenTally& tally) {
  (done.failures.empty() ? tally.passed : tally.failed) += 1;
  if (arguments.json) {
    tally.cases.push_back(
        {{"case", done.name}, {"failures", done.failures}, {"updated", done.updated}});
    return;
  }
  output.print_line((done.failures.empty() ? "ok    " : "FAIL  ") + done.name);
  for (const auto& file : done.updated) {
    output.print_line("      wrote expected/" + file);
  }
  for (const auto& failure : done.failures) {
    output.print_line(failure);
  }
}

ExitCode run_golden(const GoldenArguments& arguments, const CliContext& context) {
  auto assembly = assemble(context);
  if (!assembly) return context.output.error(assembly.error());
  GoldenTally tally;
  for (const auto& folder : arguments.folders) {
    const auto cases =
        find_golden_cases(context.files, normal_path(std::filesystem::absolute(folder).string()));
    if (!cases) return context.output.error(cases.error());
    for (const auto& path : *cases) {
      const auto mode = arguments.update ? GoldenMode::kUpdate : GoldenMode::kCompare;
      auto done = run_golden_case(context.files, **assembly, path, mode);
      if (!done) {
        done = GoldenCase{.name = std::string(base_name(path)),
                          .failures = {done.error().message()},
                          .updated = {}};
      }
      report_case(*done, arguments, context.output, tally);
    }
  }
  if (arguments.json) {
    const nlohmann::ordered_json all = {
        {"passed", tally.passed}, {"failed", tally.failed}, {"cases", tally.cases}};
    context.output.print_line(all.dump());
  } else {
    context.output.print_line(fmt::format("{} passed, {} failed", tally.passed, tally.failed));
  }
  return tally.failed == 0 ? ExitCode::kOk : ExitCode::kFailed;
}

}  // namespace

CommandWork declare_golden(CLI::App& app, const CliContext& context) {
  auto arguments = std::make_shared<GoldenArguments>();
  app.add_option("FOLDER", arguments->folders, "A case, a folder of cases, or a plugin's folder")
      ->required();
  app.add_flag("--update", arguments->update, "Write what comes out as the new expectations");
  app.add_flag("--json", arguments->json, "Print JSON");
  app.footer("Example: kato golden plugins/my-agent --update");
  return [arguments, &context] { return run_golden(*arguments, context); };
}

}  // namespace kato
