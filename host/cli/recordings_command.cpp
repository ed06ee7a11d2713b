#include <CLI/CLI.hpp>
#include <memory>

#include <nlohmann/json.hpp>

#include "host/cli/cli_command.h"
#include "host/cli/control_access.h"
#include "host/cli/status_text.h"

namespace kato {
namespace {

ExitCode list_recordings(bool as_json, const CliContext& context) {
  const auto answer = request(context, {.verb = ControlVerb::kStatus});
  if (!answer) return context.output.error(answer.error());
  const auto status = nlohmann::ordered_json::parse(*answer, nullptr, false);
  const auto& recordings = status["recordings"];
  if (as_json) {
    context.output.print_line(recordings.dump());
  } else if (recordings.empty()) {
    context.output.note("nothing is or was recorded; begin with: kato record start SESSION");
  } else {
    context.output.print(recordings_text(recordings, context.clock.now()));
  }
  if (const auto& degraded = status["degraded"]; !degraded.empty()) {
    context.output.note("not all is well, so that something may be missing here; see: kato status");
  }
  return ExitCode::kOk;
}

}  // namespace

CommandWork declare_recordings(CLI::App& app, const CliContext& context) {
  auto json = std::make_shared<bool>(false);
  app.add_flag("--json", *json, "Print JSON");
  app.footer("Example: kato recordings");
  return [json, &context] { return list_recordings(*json, context); };
}

}  // namespace kato
