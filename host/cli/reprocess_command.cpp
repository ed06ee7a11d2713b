#include <CLI/CLI.hpp>
#include <memory>

#include "host/cli/cli_command.h"
#include "host/cli/control_access.h"

namespace kato {

CommandWork declare_reprocess(CLI::App& app, const CliContext& context) {
  auto session = std::make_shared<std::string>();
  app.add_option("SESSION", *session, "Id prefix, title, or path of a log")->required();
  app.footer("Example: kato reprocess 4f2a");
  return [session, &context] {
    const auto answer = request_of_session(context, *session, {.verb = ControlVerb::kReprocess});
    if (!answer) return context.output.error(answer.error());
    tell_warning(context, *answer);
    context.output.note("its copy is made anew; recordings stay as they are");
    return ExitCode::kOk;
  };
}

}  // namespace kato
