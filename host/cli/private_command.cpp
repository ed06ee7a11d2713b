#include <CLI/CLI.hpp>
#include <memory>

#include "host/cli/cli_command.h"
#include "host/cli/control_access.h"

namespace kato {

CommandWork declare_private(CLI::App& app, const CliContext& context) {
  struct Arguments {
    std::string session;
    bool undo = false;
  };
  auto arguments = std::make_shared<Arguments>();
  app.add_option("SESSION", arguments->session, "Id prefix, title, or path of a log")->required();
  app.add_flag("--undo", arguments->undo, "It may be kept and recorded again");
  app.footer("Example: kato private 4f2a");
  return [arguments, &context] {
    const auto verb = arguments->undo ? ControlVerb::kUndoPrivate : ControlVerb::kPrivate;
    const auto answer = request_of_session(context, arguments->session, {.verb = verb});
    if (!answer) return context.output.error(answer.error());
    context.output.note(arguments->undo ? "it may be kept again"
                                        : "its recordings have ended, and no copy of it is kept");
    return ExitCode::kOk;
  };
}

}  // namespace kato
