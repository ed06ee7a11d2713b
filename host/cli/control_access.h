// How commands reach the state: through the daemon that runs, or where none does by themselves,
// with the same code and the same lock.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "host/cli/assembled.h"
#include "host/cli/cli_command.h"
#include "host/control/client.h"
#include "host/daemon/daemon.h"
#include "host/session/state_folder.h"

namespace kato {

// Where the state is, whatever the config says. kRefused: it belongs to another user.
[[nodiscard]] Result<StateFolder> state_folder(const CliContext& context);

// kNotFound: no daemon is running.
[[nodiscard]] Result<ControlClient> running_daemon(const CliContext& context);

// Nothing: no daemon has the state, or it can be reached.
[[nodiscard]] std::optional<Error> unreachable_daemon(const CliContext& context);

// Waits, but not for long, for a daemon that is just starting or stopping. kNotFound: no daemon is
// running. kRefused: it cannot be reached.
[[nodiscard]] Result<ControlClient> reach_daemon(const CliContext& context);

// The lock on the state, whose folder is made if it is missing. Waits while another process has it
// that is no daemon, or one that does not listen yet, but not for long. kRefused: a daemon has it,
// or the state folder is not safe to use.
[[nodiscard]] Result<std::unique_ptr<FileLock>> take_turn(const CliContext& context);

// The state, owned by this process for one request. kRefused: a daemon has it.
[[nodiscard]] Result<std::unique_ptr<Daemon>> own_state(const CliContext& context,
                                                        ConfigUse use = ConfigUse::kMustBeValid);

// JSON. Through the daemon, else by this process. use: in the latter case.
[[nodiscard]] Result<std::string> request(const CliContext& context, const ControlRequest& request,
                                          ConfigUse use = ConfigUse::kMustBeValid);

// The same for the one session that `text` means: a prefix of its id, its title, or the path of its
// log.
[[nodiscard]] Result<std::string> request_of_session(const CliContext& context,
                                                     const std::string& text,
                                                     ControlRequest request);

// A destination as it was typed is relative to this folder, unless `text` begins with "~" or "{".
[[nodiscard]] std::string destination_from_here(const std::string& text);

// Says on standard error what an answer of request_of_session() warns of.
void tell_warning(const CliContext& context, const std::string& answer);

}  // namespace kato
