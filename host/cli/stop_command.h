#pragma once

#include "host/cli/cli_command.h"

namespace kato {

// Returns when the daemon has ended, and given the state back. kNotRunning: none ran.
ExitCode stop_daemon(const CliContext& context);

}  // namespace kato
