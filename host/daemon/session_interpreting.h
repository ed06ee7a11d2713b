// The commands of a message, run on a session's meta with what the config says of destinations and
// sinks. What happened stands in the audit log.
#pragma once

#include <functional>
#include <string>

#include "host/daemon/step_context.h"
#include "host/ingest/root.h"
#include "host/recording/command_interpreter.h"

namespace kato {

// A command from outside, behind all that the session has.
[[nodiscard]] CommandedMessage commanded_now(const SessionMeta& meta, const Command& command,
                                             UnixMillis now);

// title: of the session at that moment. Where the disk failed the meta is no longer what it should
// be.
[[nodiscard]] Result<Interpretation> interpret_for(
    const StepContext& context, const RootPolicy& policy, SessionMeta& meta,
    const CommandedMessage& message, const std::function<Result<std::string>()>& title);

// kNotFound: a stop meant a recording that the session does not have.
[[nodiscard]] Status check_met(const Command& command, const Interpretation& done,
                               const std::string& session_id);

}  // namespace kato
