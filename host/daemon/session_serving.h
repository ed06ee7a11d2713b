// Brings what a session's recordings and exports still have to get to their destinations.
#pragma once

#include "host/daemon/session_runtime.h"
#include "host/daemon/step_context.h"

namespace kato {

// One serving. Nothing is committed.
class SessionServing {
 public:
  // Both must outlive it.
  SessionServing(const StepContext& context, SessionRuntime& runtime)
      : context_(context), runtime_(runtime) {}

  // Every recording and export that is due; one that fails does not keep the others. False if any
  // failed, or was not due again after a failure.
  [[nodiscard]] bool serve_all();

 private:
  bool serve_exports();
  bool serve_one(RecordingMeta& recording, const TwinSource& twin, bool explicit_destination);
  Status serve_recording(RecordingMeta& recording, const TwinSource& twin,
                         bool explicit_destination);
  [[nodiscard]] Result<RecordingContext> context_of_recording(const RecordingMeta& recording,
                                                              const TwinSource& twin) const;

  const StepContext& context_;
  SessionRuntime& runtime_;
};

}  // namespace kato
