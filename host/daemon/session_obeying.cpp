#include "host/daemon/session_obeying.h"

#include <algorithm>

#include "host/daemon/conversation.h"
#include "host/daemon/session_interpreting.h"
#include "host/daemon/session_serving.h"

namespace kato {
namespace {

bool had_private(const StepEvents::Message& message) {
  return message.commanded.found.runnable() &&
         std::ranges::any_of(message.commanded.found.commands, [](const Command& command) {
           return command.kind == CommandKind::kPrivate;
         });
}

bool may_run(const StepEvents::Message& message, const StepRequest& request, bool first_sight) {
  if (message.right != CommandRight::kMayCommand) return false;
  if (!first_sight) return true;
  if (!message.has_provider_time) return message.is_live;
  return message.commanded.time && *message.commanded.time >= request.commands_since;
}

}  // namespace

Status SessionObeying::obey(const StepEvents& events, const StepRequest& request,
                            bool first_sight) {
  bool changed = false;
  bool needs_twin = false;
  for (const auto& message : events.messages) {
    const auto obeyed = may_obey(message, request, first_sight);
    if (!obeyed) return forward(obeyed);
    if (!*obeyed) {
      // Not an action but a state of the session: its age does not matter.
      if (first_sight && message.right == CommandRight::kMayCommand && had_private(message)) {
        runtime_.meta().is_private = true;
        changed = changed || runtime_.meta().twin.exists || runtime_.wants_twin();
      }
      continue;
    }
    const auto done = interpret_message(message.commanded);
    if (!done) return forward(done);
    changed = changed || done->changed;
    needs_twin = needs_twin || done->needs_twin;
  }
  return changed ? settle(needs_twin, events.captured) : Status{};
}

Result<bool> SessionObeying::may_obey(const StepEvents::Message& message,
                                      const StepRequest& request, bool first_sight) const {
  if (!may_run(message, request, first_sight)) return false;
  if (!message.commanded.found.runnable()) return true;
  const auto inherited = context_.is_inherited(runtime_, message);
  if (!inherited) return forward(inherited, "tell whether a command was copied");
  return !*inherited;
}

Result<Interpretation> SessionObeying::run(const Command& command, UnixMillis now) {
  auto done = interpret_message(commanded_now(runtime_.meta(), command, now));
  if (!done || !done->changed) return done;
  if (auto settled = settle(done->needs_twin, {}); !settled) {
    return forward(settled);
  }
  return done;
}

Status SessionObeying::settle(bool needs_twin, const Captured& captured) {
  context_.health.forget_session(runtime_.ref().session_id);
  const auto& twin = runtime_.meta().twin;
  if (needs_twin || (twin.exists && twin.lost_events > 0)) {
    if (auto wanted = runtime_.want_twin(captured); !wanted) return wanted;
  }
  if (runtime_.meta().is_private) finish_wanted_twin();
  if (auto committed = commit(); !committed) return committed;
  return has_to_become_private() ? become_private() : Status{};
}

bool SessionObeying::has_to_become_private() const {
  const SessionMeta& meta = runtime_.meta();
  const bool has_copy = meta.twin.exists || runtime_.wants_twin();
  return meta.is_private && (!was_private_ || has_copy || is_any_unfinished(meta));
}

// What is to be written yet is written now, all of it: a kill must find the copy that it is written
// from. One that cannot be made now never is.
void SessionObeying::finish_wanted_twin() {
  const SessionMeta& meta = runtime_.meta();
  if (!meta.twin.exists && is_any_unfinished(meta)) static_cast<void>(runtime_.make_twin({}));
}

// Before the commit a destination is not the session's: what fails must not keep it from others.
Status SessionObeying::commit() {
  if (auto committed = runtime_.commit_now(); !committed) return committed;
  context_.note_destinations(runtime_.meta());
  return {};
}

Status SessionObeying::finish_private() {
  const SessionMeta& meta = runtime_.meta();
  return meta.is_private && meta.twin.exists ? become_private() : Status{};
}

// The recordings get what they can; what they cannot get now they never will.
Status SessionObeying::become_private() {
  SessionMeta& meta = runtime_.meta();
  if (const auto served = SessionServing(context_, runtime_).serve_all(); !served) {
    return forward(served);
  }
  for (auto& recording : meta.recordings) {
    if (!end_at_cursor(recording)) continue;
    context_.logs.audit(meta.identity.session_id,
                        {.action = "private",
                         .path = recording.destination,
                         .allowed = true,
                         .reason = "the recording ends with what was written: the rest cannot be "
                                   "written now, and is not kept"});
  }
  for (const auto& pending : meta.pending_exports) {
    context_.logs.audit(meta.identity.session_id,
                        {.action = "private",
                         .path = pending.destination,
                         .allowed = false,
                         .reason = "the export could not be written, and is given up"});
  }
  meta.pending_exports.clear();
  context_.health.forget_session(meta.identity.session_id);
  if (auto committed = runtime_.commit_now(); !committed) return committed;
  if (auto removed = runtime_.remove_twin(); !removed) return removed;
  runtime_.commit_soon();
  return {};
}

Result<Interpretation> SessionObeying::interpret_message(const CommandedMessage& message) {
  return interpret_for(context_, runtime_.root().policy, runtime_.meta(), message,
                       [&] { return title_at(context_.files, runtime_, message.message); });
}

}  // namespace kato
