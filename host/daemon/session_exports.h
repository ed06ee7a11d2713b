// Exports that were asked for in a conversation, or of the daemon.
#pragma once

#include "host/daemon/session_runtime.h"
#include "host/daemon/step_context.h"

namespace kato {

// One serving of all that are pending. From the twin if there is one; else straight from the
// sources, and no copy is left behind. Nothing is committed.
class SessionExports {
 public:
  // Both must outlive it.
  SessionExports(const StepContext& context, SessionRuntime& runtime)
      : context_(context), runtime_(runtime) {}

  // Those that are done are no longer pending. False if any failed, or was not due again after a
  // failure.
  [[nodiscard]] bool serve();

 private:
  [[nodiscard]] bool serve_one(PendingExport& pending);
  Status note_destination(PendingExport& pending);
  Status deliver(const PendingExport& pending);
  Status note_in_history(const PendingExport& pending, uint64_t events, uint64_t size_bytes);

  const StepContext& context_;
  SessionRuntime& runtime_;
};

}  // namespace kato
