// Commands of a session: those that a step brought, and those from the command line.
#pragma once

#include "host/daemon/session_runtime.h"
#include "host/daemon/session_step.h"
#include "host/daemon/step_context.h"

namespace kato {

// One obeying. What a command changes is committed when a call returns; an error leaves the runtime
// unusable.
class SessionObeying {
 public:
  // Both must outlive it.
  SessionObeying(const StepContext& context, SessionRuntime& runtime)
      : context_(context), runtime_(runtime), was_private_(runtime.meta().is_private) {}

  // The commands in what a step brought, in the order of the events.
  [[nodiscard]] Status obey(const StepEvents& events, const StepRequest& request, bool first_sight);
  // What a killed run had not yet written of a session that became private then is written, and its
  // copy is removed.
  [[nodiscard]] Status finish_private();
  // One from the command line.
  [[nodiscard]] Result<Interpretation> run(const Command& command, UnixMillis now);

 private:
  using Captured = std::vector<std::pair<EventId, UnixMillis>>;
  [[nodiscard]] Result<bool> may_obey(const StepEvents::Message& message,
                                      const StepRequest& request, bool first_sight) const;
  // Where the disk failed the meta is no longer what it should be: the session is to be begun
  // again.
  Result<Interpretation> interpret_message(const CommandedMessage& message);
  // What the commands changed becomes lasting.
  Status settle(bool needs_twin, const Captured& captured);
  void finish_wanted_twin();
  Status commit();
  // Nothing of a session that was private before but its exports, which need no copy and may wait.
  [[nodiscard]] bool has_to_become_private() const;
  Status become_private();

  const StepContext& context_;
  SessionRuntime& runtime_;
  bool was_private_;
};

}  // namespace kato
