#include "host/daemon/session_step.h"

#include "host/daemon/session_obeying.h"
#include "host/daemon/session_serving.h"

namespace kato {
namespace {

// What a killed run left half done is done.
Status recover_session(const StepContext& context, SessionRuntime& runtime) {
  if (auto recovered = SessionServing(context, runtime).recover(); !recovered) return recovered;
  return SessionObeying(context, runtime).finish_private();
}

class StepRun {
 public:
  StepRun(const StepContext& context, SessionRuntime& runtime)
      : context_(context), runtime_(runtime) {}

  Result<StepResult> run(const StepRequest& request) {
    if (auto recovered = recover(); !recovered) return forward(recovered);
    StepEvents events(runtime_.ref());
    const bool first_sight = runtime_.is_first_sight();
    const auto step = runtime_.ingest(request.source, request.arrival, events);
    if (!step) return forward(step);
    const bool known = !first_sight || (is_read(step->end) && request.completes_first_sight);
    if (known) move_command_cursor(events);
    const auto obeyed = SessionObeying(context_, runtime_).obey(events, request, first_sight);
    if (!obeyed) return forward(obeyed);
    // What is private must be known before a copy is made.
    if (known && wants_twin_by_policy(request)) {
      if (auto wanted = runtime_.want_twin(events.captured); !wanted) return forward(wanted);
    }
    if (step->end == StepEnd::kEndOfInput) {
      if (auto regained = runtime_.regain_lost(); !regained) return forward(regained);
    }
    if (step->realigned || is_half_compared(request, step->end)) return result(step->end, {});
    return serve(step->end);
  }

  // Without decoding; but what a killed run read and did not obey comes first.
  Result<StepResult> serve_only() {
    if (auto recovered = recover(); !recovered) return forward(recovered);
    if (auto swapped = runtime_.finish_swap(); !swapped) return forward(swapped);
    if (!runtime_.is_first_sight()) {
      StepEvents left(runtime_.ref());
      runtime_.take_unobeyed(left);
      move_command_cursor(left);
      const auto obeyed = SessionObeying(context_, runtime_).obey(left, {}, false);
      if (!obeyed) return forward(obeyed);
    }
    return serve(StepEnd::kEndOfInput);
  }

 private:
  Status recover() { return recover_session(context_, runtime_); }

  Result<StepResult> serve(StepEnd end) {
    const auto served = SessionServing(context_, runtime_).serve_part();
    if (!served) return forward(served);
    runtime_.commit_soon();
    return result(end, *served);
  }

  [[nodiscard]] StepResult result(StepEnd end, const ServingEnd& served) const {
    const auto& session_id = runtime_.ref().session_id;
    return {.end = end,
            .serving_failed = served.failed,
            .has_more = served.has_more,
            .retry_at = context_.health.due(session_id),
            .degraded = context_.health.degraded(session_id)};
  }

  void move_command_cursor(const StepEvents& events) {
    auto& cursor = runtime_.meta().command_cursor;
    if (events.last) {
      cursor = *events.last;
    } else if (!cursor) {
      cursor = EventPosition{.seq = runtime_.meta().next_seq - 1, .event_id = {}};
    }
  }

  bool wants_twin_by_policy(const StepRequest& request) {
    const auto& meta = runtime_.meta();
    const auto& policy = runtime_.sources()[request.source].file.root->policy;
    // Only what was modified since the daemon began to watch.
    const bool live =
        runtime_.meta().sources[request.source].cursor.value > request.arrival.live_from_bytes;
    return live && policy.auto_generate_snapshots && !meta.is_private && !meta.cleaned;
  }

  // What is known of a source that is read anew is not told again: a twin that is made before it
  // has been read would lack it.
  bool is_half_compared(const StepRequest& request, StepEnd end) const {
    const auto& meta = runtime_.meta();
    const bool goes_on = end == StepEnd::kMore && !meta.twin.exists;
    return goes_on && meta.sources[request.source].alignment.compared.has_value();
  }

  const StepContext& context_;
  SessionRuntime& runtime_;
};

}  // namespace

Result<StepResult> run_step(const StepContext& context, SessionRuntime& runtime,
                            const StepRequest& request) {
  return StepRun(context, runtime).run(request);
}

Result<StepResult> serve_session(const StepContext& context, SessionRuntime& runtime) {
  return StepRun(context, runtime).serve_only();
}

Result<Interpretation> run_command(const StepContext& context, SessionRuntime& runtime,
                                   const Command& command, UnixMillis now) {
  if (auto recovered = recover_session(context, runtime); !recovered) return forward(recovered);
  return SessionObeying(context, runtime).run(command, now);
}

}  // namespace kato
