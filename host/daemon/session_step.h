// One step of a session: decode, obey, serve, commit. The order is what makes a crash harmless:
// what a command changes is committed before a byte goes to a destination.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "host/daemon/session_runtime.h"
#include "host/daemon/step_context.h"

namespace kato {

struct StepRequest {
  size_t source = 0;
  Arrival arrival;
  // In a session that is seen for the first time, commands with an older time are history.
  UnixMillis commands_since;
  // Everything else that the session had when it was first seen is decoded.
  bool completes_first_sight = false;
};

struct StepResult {
  StepEnd end = StepEnd::kMore;
  // A recording could not be served: try again later. Everything else went on.
  bool serving_failed = false;
  // A recording was served in part: there is more to do at once.
  bool has_more = false;
  // When the first of those is to be tried again; sooner is of no use.
  std::optional<std::chrono::steady_clock::time_point> retry_at = {};
  // Those that fail for longer than an editor needs to save; for `status`.
  std::vector<DegradedDestination> degraded = {};
};

// An error leaves the runtime unusable.
[[nodiscard]] Result<StepResult> run_step(const StepContext& context, SessionRuntime& runtime,
                                          const StepRequest& request);

// Serves what is due without decoding: after a restart, or when a destination failed before.
[[nodiscard]] Result<StepResult> serve_session(const StepContext& context, SessionRuntime& runtime);

// Runs a command that was not written into the conversation: a destination that is relative is so
// to the session's project. The session should be decoded to its end: what is not, counts as
// said after the command. now: of the request; recordings pin it as their time.
// What changed is committed when it returns; what the command did, or why it was refused, stands in
// `audit` (and in the audit log): no entry but allowed ones means that it ran. Recordings are not
// served yet: the session has work (serve_session). An error leaves the runtime unusable.
[[nodiscard]] Result<Interpretation> run_command(const StepContext& context,
                                                 SessionRuntime& runtime, const Command& command,
                                                 UnixMillis now);

}  // namespace kato
