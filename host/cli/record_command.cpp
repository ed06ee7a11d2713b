#include <CLI/CLI.hpp>
#include <memory>

#include <nlohmann/json.hpp>

#include "host/cli/cli_command.h"
#include "host/cli/control_access.h"
#include "host/cli/status_text.h"

namespace kato {
namespace {

struct RecordArguments {
  std::string session;
  std::string destination;
  bool json = false;
};

// Of a recording to end: also the beginning of its id. Such a text is no path.
std::string what_to_stop(const std::string& text) {
  const bool is_path = text.contains('/') || text.contains('.') || text.starts_with('~');
  return is_path ? destination_from_here(text) : text;
}

ExitCode record(ControlVerb verb, const RecordArguments& arguments, const CliContext& context) {
  const auto destination = verb == ControlVerb::kRecordStop
                               ? what_to_stop(arguments.destination)
                               : destination_from_here(arguments.destination);
  const auto answer =
      request_of_session(context, arguments.session, {.verb = verb, .destination = destination});
  if (!answer) return context.output.error(answer.error());
  if (verb != ControlVerb::kRecordStop) tell_warning(context, *answer);
  const auto json = nlohmann::ordered_json::parse(*answer, nullptr, false);
  if (const auto unread = json.value("unread", ""); !unread.empty()) {
    context.output.note("what was said since its log was read last is in no recording: " + unread);
  }
  if (arguments.json) {
    context.output.print_line(json.dump());
  } else if (json["recordings"].empty()) {
    context.output.note("nothing is or was recorded of it");
  } else {
    context.output.print(recordings_text(json["recordings"], context.clock.now()));
  }
  return ExitCode::kOk;
}

}  // namespace

CommandWork declare_record(CLI::App& app, const CliContext& context) {
  struct Verb {
    const char* name;
    const char* summary;
    const char* destination;
    ControlVerb verb;
  };
  static constexpr Verb kVerbs[] = {
      {"start", "Record from here on", "A file, or a folder with / at its end; else the default",
       ControlVerb::kRecordStart},
      {"stop", "Record no more",
       "The recording's destination, or the beginning of its id; else all",
       ControlVerb::kRecordStop},
      {"capture", "Write all of the conversation, and go on from there",
       "A file, or a folder with / at its end; else the default", ControlVerb::kRecordCapture},
  };
  auto arguments = std::make_shared<RecordArguments>();
  auto chosen = std::make_shared<ControlVerb>();
  for (const auto& verb : kVerbs) {
    auto* const declared = app.add_subcommand(verb.name, verb.summary);
    declared->add_option("SESSION", arguments->session, "Id prefix, title, or path of a log")
        ->required();
    declared->add_option("DEST", arguments->destination, verb.destination);
    declared->add_flag("--json", arguments->json, "Print JSON");
    declared->footer(fmt::format("Example: kato record {} 4f2a notes/talk.md", verb.name));
    declared->callback([chosen, kind = verb.verb] { *chosen = kind; });
  }
  app.require_subcommand(1);
  app.footer("Example: kato record start 4f2a notes/talk.md");
  return [arguments, chosen, &context] { return record(*chosen, *arguments, context); };
}

}  // namespace kato
