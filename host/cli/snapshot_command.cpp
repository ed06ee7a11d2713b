#include <CLI/CLI.hpp>
#include <memory>

#include <nlohmann/json.hpp>

#include "host/cli/cli_command.h"
#include "host/cli/control_access.h"
#include "host/cli/table.h"
#include "host/event/event_id.h"

namespace kato {
namespace {

ExitCode change(ControlVerb verb, const std::string& session, const CliContext& context) {
  const auto answer = request_of_session(context, session, {.verb = verb});
  if (!answer) return context.output.error(answer.error());
  if (verb == ControlVerb::kSnapshotCreate) {
    tell_warning(context, *answer);
    context.output.note("the copy is there");
    return ExitCode::kOk;
  }
  const auto result = nlohmann::json::parse(*answer, nullptr, false);
  context.output.note(result.value("removed", true) ? "the copy is removed"
                                                    : "there is no copy of it");
  return ExitCode::kOk;
}

ExitCode list(bool as_json, const CliContext& context) {
  const auto answer = request(context, {.verb = ControlVerb::kSnapshotList});
  if (!answer) return context.output.error(answer.error());
  if (as_json) {
    context.output.print_line(*answer);
    return ExitCode::kOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& twin : nlohmann::ordered_json::parse(*answer, nullptr, false)) {
    rows.push_back({std::string(short_id(twin.value("sessionId", ""))), twin.value("provider", ""),
                    fmt::format("{} kB", (twin.value("bytes", uint64_t{0}) + 1023) / 1024),
                    twin.value("path", "")});
  }
  context.output.print(as_table(rows));
  if (rows.empty()) context.output.note("there are no copies");
  return ExitCode::kOk;
}

}  // namespace

CommandWork declare_snapshot(CLI::App& app, const CliContext& context) {
  struct Arguments {
    std::string session;
    bool json = false;
  };
  auto arguments = std::make_shared<Arguments>();
  auto* const create = app.add_subcommand("create", "Keep a copy of a conversation from now on");
  auto* const remove = app.add_subcommand("remove", "Remove the copy; it does not come back alone");
  for (auto* const one : {create, remove}) {
    one->add_option("SESSION", arguments->session, "Id prefix, title, or path of a log")
        ->required();
    one->footer("Example: kato snapshot " + one->get_name() + " 4f2a");
  }
  auto* const list_app = app.add_subcommand("list", "List the copies");
  list_app->add_flag("--json", arguments->json, "Print JSON");
  list_app->footer("Example: kato snapshot list");
  app.require_subcommand(1);
  app.footer("Example: kato snapshot create 4f2a");
  return [arguments, create, remove, &context] {
    if (create->parsed()) return change(ControlVerb::kSnapshotCreate, arguments->session, context);
    if (remove->parsed()) return change(ControlVerb::kSnapshotRemove, arguments->session, context);
    return list(arguments->json, context);
  };
}

}  // namespace kato
