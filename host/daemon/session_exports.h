// Exports that were asked for in a conversation, or of the daemon.
#pragma once

#include "host/daemon/session_runtime.h"
#include "host/daemon/step_context.h"
#include "host/recording/export_file.h"

namespace kato {

// One serving of all that are pending. From the twin if there is one; else straight from the
// sources, and no copy is left behind. What it changes in the meta is committed only where the
// order demands it. An error leaves the runtime unusable.
class SessionExports {
 public:
  // Both must outlive it.
  SessionExports(const StepContext& context, SessionRuntime& runtime)
      : context_(context), runtime_(runtime) {}

  // Those that are done are no longer pending. False if any failed, or was not due again after a
  // failure.
  [[nodiscard]] Result<bool> serve();

 private:
  Result<bool> serve_one(PendingExport& pending);
  Status deliver(PendingExport& pending);
  [[nodiscard]] Decision place_of(const PendingExport& pending) const;
  Status write(const ExportPlace& to, PendingExport& pending, const Sink& sink);
  Status look_into_history(const PendingExport& pending);
  Status note_in_history(const PendingExport& pending, uint64_t events, const ExportFile& file);

  const StepContext& context_;
  SessionRuntime& runtime_;
  Status committed_;                   // the last commit that an export asked for
  std::optional<ExportRecord> noted_;  // in the history, by an earlier attempt at the one at hand
};

}  // namespace kato
