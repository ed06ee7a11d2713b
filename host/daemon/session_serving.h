// Brings what a session's recordings and exports still have to get to their destinations.
#pragma once

#include "host/daemon/session_runtime.h"
#include "host/daemon/step_context.h"
#include "host/recording/recorder.h"

namespace kato {

// What a serving came to.
struct ServingEnd {
  bool failed = false;    // a recording or an export did, or was not due again after a failure
  bool has_more = false;  // to be served at once: this was a part of it
};

// One serving. What it changes in the meta is committed only where the order demands it; the caller
// commits the rest. An error leaves the runtime unusable.
class SessionServing {
 public:
  // Both must outlive it.
  SessionServing(const StepContext& context, SessionRuntime& runtime)
      : context_(context), runtime_(runtime) {}

  // What a killed run left in the destinations is known when it returns. To be called before
  // anything is served.
  [[nodiscard]] Status recover();

  // Every recording and export that is due; one that fails does not keep the others. Of a recording
  // that lacks much a part.
  [[nodiscard]] Result<ServingEnd> serve_part();
  // The same until no more is to be served but what failed.
  [[nodiscard]] Result<ServingEnd> serve_all();

 private:
  [[nodiscard]] bool needs_twin() const;
  Result<ServingEnd> make_twin_part();
  Status settle_twin();
  void note_failure(const RecordingMeta& recording, const Error& why);
  // Recordings are meant by their index: a replacement may add one.
  Result<ServingEnd> serve_one(size_t index, const TwinSource& twin);
  Result<Served> serve_recording(size_t index, const TwinSource& twin);
  Status finish_intent(const RecorderInput& input, size_t index);
  Status take_sibling(size_t index);
  [[nodiscard]] Result<Decision> place_of(const RecordingMeta& recording) const;
  [[nodiscard]] Result<std::optional<RecordingContext>> context_of_recording(
      const RecordingMeta& recording, const TwinSource& twin) const;

  const StepContext& context_;
  SessionRuntime& runtime_;
  Status committed_;  // the last commit that a recording asked for
};

}  // namespace kato
