// What the daemon is asked for, between two of its steps.
#include <algorithm>

#include "host/daemon/daemon.h"
#include "host/daemon/daemon_wiring.h"
#include "host/daemon/degraded_names.h"
#include "host/daemon/session_interpreting.h"
#include "host/daemon/session_lookup.h"
#include "host/event/event_id.h"
#include "host/event/json_text.h"

namespace kato {
namespace {

constexpr size_t kMostCandidates = 8;

std::optional<Command> command_of(const ControlRequest& request) {
  Command command;
  command.target = request.destination;
  command.raw_argument = request.destination;
  switch (request.verb) {
    case ControlVerb::kRecordStart:
      command.kind = CommandKind::kStart;
      return command;
    case ControlVerb::kRecordCapture:
      command.kind = CommandKind::kCapture;
      return command;
    case ControlVerb::kRecordStop:
      command.kind = CommandKind::kStop;
      command.selector = request.destination.empty() ? StopSelector::kAll : StopSelector::kEither;
      return command;
    case ControlVerb::kPrivate:
      command.kind = CommandKind::kPrivate;
      return command;
    case ControlVerb::kUndoPrivate:
      command.kind = CommandKind::kUndoPrivate;
      return command;
    default:
      return std::nullopt;
  }
}

// What is not there is something of the session, which itself is known.
Result<std::string> of_known(Result<std::string> answer) {
  if (answer || answer.error().code() != ErrorCode::kNotFound) return answer;
  return fail(ErrorCode::kInvalid, "{}", answer.error().message());
}

// Nothing if all of it was allowed.
std::optional<std::string> refusal_in(const Interpretation& done) {
  for (const auto& entry : done.audit) {
    if (!entry.allowed) {
      return entry.path.empty() ? entry.reason : entry.path + ": " + entry.reason;
    }
  }
  return std::nullopt;
}

}  // namespace

// What waits to be committed stays as the last step left it, whatever the request changes.
Result<std::string> Daemon::handle(const ControlRequest& request) {
  wiring_->commits.make_texts();
  wiring_->commits.allow_late(false);
  auto answer = answer_to(request);
  wiring_->commits.allow_late(input_.purpose == DaemonPurpose::kWatch);
  return answer;
}

Result<std::string> Daemon::answer_to(const ControlRequest& request) {
  switch (request.verb) {
    case ControlVerb::kStatus:
      return to_json(status(request.all));
    case ControlVerb::kStop:
      asked_to_stop_ = true;
      return std::string("{}");
    case ControlVerb::kReload:
      if (auto reloaded = reload(); !reloaded) return forward(reloaded);
      return std::string("{}");
    case ControlVerb::kSnapshotList:
      return list_snapshots();
    default:
      return work_on(request);
  }
}

Result<std::string> Daemon::work_on(const ControlRequest& request) {
  const auto live = session_of(request);
  const auto command = command_of(request);
  if (!live && request.verb == ControlVerb::kRecordStop) {
    if (const auto session = unserved_session(request)) {
      return of_known(stop_unserved(*session, *command));
    }
  }
  if (!live) return forward(live);
  return of_known(command ? run_command_of(**live, *command) : snapshot(**live, request.verb));
}

// ---- Which session ---------------------------------------------------------------------------

Result<LiveSession*> Daemon::session_of(const ControlRequest& request) {
  if (!request.source.empty() && !request.session.empty()) {
    return fail(ErrorCode::kInvalid,
                "the request names both a session ('{}') and a log ('{}'): give one of them",
                request.session, request.source);
  }
  identify(SIZE_MAX);
  if (!request.source.empty()) return session_of_log(request.source);
  if (request.session.empty()) return fail(ErrorCode::kInvalid, "the request names no session");
  const auto session_id = session_by_prefix(request.session);
  if (!session_id) return forward(session_id);
  return wiring_->live.take_up(*session_id);
}

Result<std::string> Daemon::session_by_prefix(const std::string& prefix) {
  std::vector<SessionIdentity> matches;
  store_.index().for_each([&](const IndexedSession& session) {
    const auto& identity = session.identity;
    if (identity.session_id.starts_with(prefix) ||
        identity.provider_session_id.starts_with(prefix)) {
      matches.push_back(identity);
    }
  });
  for (const auto& [session_id, live] : wiring_->live.all()) {
    const auto& ref = live->session.ref;
    const bool fits = session_id.starts_with(prefix) || ref.provider_session_id.starts_with(prefix);
    if (!fits || store_.index().find(session_id)) continue;
    auto& match = matches.emplace_back();
    match.provider = ref.provider;
    match.provider_session_id = ref.provider_session_id;
    match.session_id = session_id;
  }
  if (matches.size() == 1) return matches.front().session_id;
  if (matches.empty()) return fail(ErrorCode::kNotFound, "no session is known by '{}'", prefix);
  std::string list;
  for (size_t i = 0; i < std::min(matches.size(), kMostCandidates); ++i) {
    list += fmt::format("\n  {}  {}  {}", short_id(matches[i].session_id), matches[i].provider,
                        matches[i].project_directory);
  }
  return fail(ErrorCode::kInvalid, "'{}' means several sessions; give more of the id:{}", prefix,
              list);
}

Result<LiveSession*> Daemon::session_of_log(const std::string& path) {
  auto found = kato::session_of_log(input_.files, *wiring_->assembly, path);
  if (!found) return forward(found);
  return wiring_->live.take(std::move(found->sources.front().file));
}

// What a command from outside stands behind.
Status Daemon::decode_to_end(LiveSession& live) {
  const auto& ref = live.session.ref;
  if (auto owed = store_.owe(make_session_key(ref.provider, ref.session_id)); !owed) return owed;
  for (const auto& source : live.session.sources) {
    const auto now = wiring_->table.find(source.file.path);
    if (!now) return forward(now);
    if (*now && (*now)->info.type == FileType::kRegular) live.dirty.insert(source.file.path);
  }
  do {
    const auto done = do_step(live);
    if (!done) {
      after_failed_request(live, done.error());
      return forward(done);
    }
    note_step(live, *done);
    // What the request does not wait for is gone on with by itself.
    if (done->end == StepEnd::kShrinking || done->has_more) {
      scheduler_.mark(ref.session_id,
                      {.urgency = Urgency::kLive, .recency = live.session.newest_mtime_ns()});
    }
    if (done->end == StepEnd::kShrinking) {
      return fail(ErrorCode::kIo, "a log of session {} is being written just now: try again",
                  short_id(ref.session_id));
    }
    make_way(live);
  } while (!live.dirty.empty());
  return {};
}

// No task failed that would be tried again: what the request left half done is one from now on.
void Daemon::after_failed_request(LiveSession& live, const Error& error) {
  const std::string session_id = live.session.ref.session_id;
  const auto unread = live.dirty;
  after_failure(session_id, live, error);
  if (wiring_->live.find(session_id) != nullptr) take_up_again(session_id, unread);
}

void Daemon::take_up_again(const std::string& session_id, const std::set<std::string>& unread) {
  auto* live = wiring_->live.find(session_id);
  if (live == nullptr) {
    const auto taken = wiring_->live.take_up(session_id);
    if (!taken) return note_degraded(session_name(session_id), taken.error());
    live = *taken;
  }
  live->dirty.insert(unread.begin(), unread.end());
  scheduler_.mark(session_id,
                  {.urgency = Urgency::kLive, .recency = live->session.newest_mtime_ns()});
}

// ---- What is to be done with it --------------------------------------------------------------

Result<std::string> Daemon::run_command_of(LiveSession& live, const Command& command) {
  if (auto decoded = decode_to_end(live); !decoded) return forward(decoded);
  const auto done = run_command(wiring_->context, *live.runtime, command, input_.clock.now());
  if (!done) {
    after_failed_request(live, done.error());
    return forward(done);
  }
  if (auto met = check_met(command, *done, live.session.ref.session_id); !met) return forward(met);
  auto answer = answer_for(live);
  if (const auto refused = refusal_in(*done)) return fail(ErrorCode::kRefused, "{}", *refused);
  return answer;
}

// Serves the recordings, and tells what they are like.
Result<std::string> Daemon::answer_for(LiveSession& live) {
  do {
    const auto served = serve_session(wiring_->context, *live.runtime);
    if (!served) {
      after_failed_request(live, served.error());
      return forward(served);
    }
    note_step(live, *served);
    make_way(live);
  } while (live.has_more);
  if (auto committed = live.runtime->commit_now(); !committed) {
    after_failed_request(live, committed.error());
    return forward(committed);
  }
  note_committed(live.runtime->key());
  return recordings_answer(live.runtime->meta());
}

Result<std::string> Daemon::snapshot(LiveSession& live, ControlVerb verb) {
  const std::string session_id = live.session.ref.session_id;
  if (verb == ControlVerb::kSnapshotRemove) return remove_snapshot(live);
  if (auto decoded = decode_to_end(live); !decoded) return forward(decoded);
  if (live.runtime->meta().is_private) {
    return fail(ErrorCode::kRefused,
                "session {} is private: no copy of it is kept; lift that with: kato private {} "
                "--undo",
                short_id(session_id), short_id(session_id));
  }
  live.runtime->meta().cleaned = false;
  Status made;
  if (verb == ControlVerb::kReprocess) {
    made = live.runtime->reprocess();
  } else {
    made = live.runtime->want_twin({});
    if (made) {
      auto answer = answer_for(live);
      if (!answer || live.runtime->meta().twin.exists) return answer;
      made = live.runtime->make_twin({});  // it could not be made: why?
    }
  }
  if (!made) {
    after_failed_request(live, made.error());
    return forward(made);
  }
  return answer_for(live);
}

}  // namespace kato
