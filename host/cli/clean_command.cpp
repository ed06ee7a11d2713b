#include <CLI/CLI.hpp>
#include <memory>

#include <nlohmann/json.hpp>

#include "host/cli/cli_command.h"
#include "host/cli/control_access.h"
#include "host/io/files.h"

namespace kato {
namespace {

struct CleanArguments {
  std::optional<uint32_t> sessions_days;
  std::optional<uint32_t> recordings_days;
  bool logs = false;
  bool all = false;
  bool dry_run = false;
  bool json = false;
};

// The daemon's own words; it opens them anew.
Status clean_logs(const CliContext& context, const StateFolder& state, bool dry_run,
                  std::vector<Cleaned>& cleaned) {
  const auto entries = context.files.list(state.logs());
  if (!entries) return forward(entries);
  for (const auto& entry : *entries) {
    auto path = join_path(state.logs(), entry.name);
    if (!dry_run) {
      if (auto removed = context.files.remove(path); !removed) return removed;
    }
    cleaned.push_back({.what = "log", .name = std::move(path)});
  }
  return {};
}

void print_cleaned(const std::vector<Cleaned>& cleaned, const CleanArguments& arguments,
                   const Output& output) {
  if (arguments.json) {
    auto list = nlohmann::ordered_json::array();
    for (const auto& one : cleaned) {
      list.push_back({{"what", one.what}, {"name", one.name}});
    }
    const nlohmann::ordered_json json{{"dryRun", arguments.dry_run}, {"removed", list}};
    return output.print_line(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  for (const auto& one : cleaned) {
    // The file of a recording stays; what is known of it goes.
    const std::string_view verb = one.what == "recording" ? "forget" : "remove";
    const std::string_view past = one.what == "recording" ? "forgot" : "removed";
    output.print_line(arguments.dry_run ? fmt::format("would {} {} {}", verb, one.what, one.name)
                                        : fmt::format("{} {} {}", past, one.what, one.name));
  }
  if (cleaned.empty()) {
    output.note(
        "there is nothing to clean; what is recorded or private, and what is younger, stays");
  }
}

ExitCode clean(const CleanArguments& arguments, const CliContext& context) {
  CleanRequest request{.sessions_days = arguments.sessions_days,
                       .recordings_days = arguments.recordings_days,
                       .dry_run = arguments.dry_run};
  if (arguments.all) {
    request.sessions_days = request.sessions_days.value_or(0);
    request.recordings_days = request.recordings_days.value_or(0);
  }
  const bool logs = arguments.logs || arguments.all;
  if (!request.sessions_days && !request.recordings_days && !logs) {
    return context.output.usage_error(
        "say what to clean: --sessions DAYS, --recordings DAYS, --logs or --all");
  }
  auto state = own_state(context);
  if (!state) return context.output.error(state.error());
  auto done = (*state)->clean(request);
  if (!done) return context.output.error(done.error());
  if (auto finished = (*state)->finish(); !finished) return context.output.error(finished.error());
  if (logs) {
    const auto folder = state_folder(context);
    if (!folder) return context.output.error(folder.error());
    if (auto cleaned = clean_logs(context, *folder, arguments.dry_run, *done); !cleaned) {
      return context.output.error(cleaned.error());
    }
  }
  print_cleaned(*done, arguments, context.output);
  return ExitCode::kOk;
}

}  // namespace

CommandWork declare_clean(CLI::App& app, const CliContext& context) {
  auto arguments = std::make_shared<CleanArguments>();
  app.add_option("--sessions", arguments->sessions_days,
                 "What is known of conversations that rest for so many days, with copies of them");
  app.add_option("--recordings", arguments->recordings_days,
                 "What is known of recordings that ended so many days ago; their files stay");
  app.add_flag("--logs", arguments->logs, "The daemon's logs");
  app.add_flag("--all", arguments->all, "All of that, whatever its age");
  app.add_flag("--dry-run", arguments->dry_run, "Only say what would be removed");
  app.add_flag("--json", arguments->json, "Print JSON");
  app.footer("Example: kato clean --sessions 90 --dry-run");
  return [arguments, &context] { return clean(*arguments, context); };
}

}  // namespace kato
