// One step of a session: decode, obey, serve, commit. The order is what makes a crash harmless:
// what a command changes is committed before a byte goes to a destination.
#pragma once

#include <functional>
#include <string>

#include "host/daemon/assembly.h"
#include "host/daemon/log_files.h"
#include "host/daemon/session_runtime.h"
#include "host/policy/path_policy.h"

namespace kato {

struct StepContext {
  FileSystem& files;
  const Clock& clock;
  const Assembly& assembly;
  const PathPolicy& policy;
  LogFiles& logs;
  std::string home;
  // True if a recording of another session has this canonical destination.
  std::function<bool(const std::string& path, const std::string& session_id)> fed_by_other;
  // The destinations of this session are now these.
  std::function<void(const SessionMeta& meta)> note_destinations;
};

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
};

// An error leaves the runtime unusable.
[[nodiscard]] Result<StepResult> run_step(const StepContext& context, SessionRuntime& runtime,
                                          const StepRequest& request);

// Serves what is due without decoding: after a restart, or when a destination failed before.
[[nodiscard]] Result<StepResult> serve_session(const StepContext& context, SessionRuntime& runtime);

}  // namespace kato
