// One step of the daemon: a task of the scheduler, and what comes of it.
#include <algorithm>

#include "host/daemon/daemon.h"
#include "host/daemon/daemon_wiring.h"
#include "host/daemon/degraded_names.h"
#include "host/daemon/origin_lookup.h"
#include "host/event/event_id.h"

namespace kato {
namespace {

constexpr int64_t kBirthSlackMillis = 2000;
constexpr uint32_t kMostFailuresOfOrigin = 7;  // about 13 seconds

std::vector<std::string> paths_of(const Session& session) {
  std::vector<std::string> paths;
  paths.reserve(session.sources.size());
  for (const auto& source : session.sources) {
    paths.push_back(source.file.path);
  }
  return paths;
}
constexpr std::chrono::milliseconds kTryAgainAfter{1000};
constexpr uint32_t kNotableFailures = 5;  // that a log is being written passes sooner
constexpr std::string_view kServing = "/serve";

std::string session_of_task(std::string_view task) {
  return std::string(task.substr(0, task.find('/')));
}

}  // namespace

std::string Daemon::serving_task(const std::string& session_id) {
  return session_id + std::string(kServing);
}

void Daemon::run_task(const std::string& task) {
  if (task == unread_task()) {
    read_metas_again();
    settle_copies();
    const bool is_over = remove_begun() && !store_.has_unread() && copies_are_settled_;
    return is_over ? scheduler_.done(task) : scheduler_.failed(task);
  }
  if (task.starts_with('/')) return look_again_at(task);
  const auto session_id = session_of_task(task);
  LiveSession* const live = wiring_->live.find(session_id);
  if (live == nullptr) return scheduler_.done(task);
  ++counters_.steps;
  live->last_step = counters_.steps;
  const auto& ref = live->session.ref;
  if (auto owed = store_.owe(make_session_key(ref.provider, session_id)); !owed) {
    return after_failure(task, *live, owed.error());
  }
  const auto done = do_step(*live);
  if (!done) return after_failure(task, *live, done.error());
  after_step(task, *live, *done);
}

Result<StepResult> Daemon::do_step(LiveSession& live) {
  if (!live.runtime) {
    if (auto opened = open(live); !opened) return forward(opened);
  }
  note_active(live.session.ref.session_id);
  const auto& settled = live.runtime->sources_status();
  if (!live.dirty.empty() && !settled) return forward(settled);
  // Duplicates that rank lower are not read, and no first sight waits for them.
  std::erase_if(live.dirty, [&](const std::string& path) { return !live.runtime->index_of(path); });
  if (live.dirty.empty()) return serve_session(wiring_->context, *live.runtime);
  const auto path = *live.dirty.begin();
  const auto index = live.runtime->index_of(path);
  const auto done =
      run_step(wiring_->context, *live.runtime, request_for(live, *index, live.dirty.size() == 1));
  live.awaits_others = !unidentified_.empty() && live.runtime->is_first_sight();
  if (!done || done->end == StepEnd::kMore || done->end == StepEnd::kShrinking) return done;
  live.dirty.erase(path);
  if (is_read(done->end)) wiring_->table.known(path).was_read = true;
  return done;
}

// Of many sessions at work, few keep open more than they must.
void Daemon::note_active(const std::string& session_id) {
  if (!active_.empty() && active_.back() == session_id) return;
  std::erase(active_, session_id);
  active_.push_back(session_id);
  if (active_.size() <= open_limits_.active) return;
  auto* const oldest = wiring_->live.find(active_.front());
  if (oldest != nullptr && oldest->runtime) oldest->runtime->rest();
  active_.erase(active_.begin());
}

Status Daemon::open(LiveSession& live) {
  const SessionServices services{
      .files = input_.files,
      .state = state_,
      .metas = metas_,
      .commits = wiring_->commits,
      .buffer = buffer_,
      .origins =
          make_origin_lookup(input_.files, state_, metas_, store_.index(), paths_of(live.session)),
      .lost_power = power_was_lost_ && !health_.is_recovered(live.session.ref.session_id)};
  if (auto read = wiring_->live.read_companions_of(live); !read) return read;
  auto opened = SessionRuntime::open(services, live.session);
  if (!opened) return forward(opened);
  live.runtime = std::move(*opened);
  if (const auto& mended = live.runtime->mended(); !mended.empty()) {
    note(LogLevel::kWarn, session_name(live.session.ref.session_id) + ": " + mended);
  }
  mind_lost(live);
  note_lost_recordings(live.runtime->meta());
  note_writes(live.runtime->meta(), false);
  return {};
}

// The index knows what its meta said before it was gone.
void Daemon::note_lost_recordings(const SessionMeta& meta) {
  const auto indexed = store_.index().find(meta.identity.session_id);
  if (!indexed) return;
  for (const auto& lost : indexed->recordings) {
    const bool is_there = std::ranges::find(meta.recordings, lost.recording_id,
                                            &RecordingMeta::recording_id) != meta.recordings.end();
    if (is_there || lost.desired != DesiredState::kOn) continue;
    note_degraded("lost " + recording_name(meta.identity.session_id, lost.destination),
                  Error(ErrorCode::kNotFound,
                        fmt::format("the session's meta was gone, and with it how far this was; go "
                                    "on with: kato record start {} {}",
                                    short_id(meta.identity.session_id), lost.destination)));
  }
}

// A copy waits no longer for another log that cannot be read.
Result<bool> Daemon::is_inherited(const SessionRuntime& session,
                                  const StepEvents::Message& message) {
  auto inherited = wiring_->origins.is_inherited(session, message);
  const bool waits = scheduler_.failures(session.ref().session_id) < kMostFailuresOfOrigin;
  if (inherited || waits) return inherited;
  return false;
}

StepRequest Daemon::request_for(const LiveSession& live, size_t source, bool is_last) {
  const auto& file = live.runtime->sources()[source].file;
  const auto& known = wiring_->table.known(file.path);
  const auto* const came = wiring_->live.arrival_of(file.path);
  StepRequest request{
      .source = source,
      .arrival = {.live_from_bytes = came == nullptr ? UINT64_MAX : came->live_from_bytes,
                  .now = input_.clock.now()},
      .commands_since = run_.commands_since,
      .completes_first_sight = is_last && unidentified_.empty()};
  if (file.rule().growth == Growth::kDocument) {
    // What a document says anew came live if it was read since the daemon began to watch it.
    const bool came_live = known.live_from_bytes == 0 || known.was_read;
    request.arrival.live_from_bytes = came_live ? 0 : UINT64_MAX;
  }
  if (known.came_since.value > 0) {
    request.commands_since =
        std::max(run_.commands_since, UnixMillis{known.came_since.value - kBirthSlackMillis});
  }
  const auto since = commands_since_.find(live.session.ref.session_id);
  if (since != commands_since_.end()) {
    request.commands_since = std::max(request.commands_since, since->second);
  }
  return request;
}

void Daemon::after_step(const std::string& task, LiveSession& live, const StepResult& result) {
  const auto& session_id = live.session.ref.session_id;
  const bool is_over = live.dirty.empty() && !result.has_more;
  const Priority live_now{.urgency = Urgency::kLive, .recency = live.session.newest_mtime_ns()};
  if (result.end == StepEnd::kShrinking) {
    scheduler_.failed(task);  // to be read again in a moment
  } else if (is_over) {
    scheduler_.done(task);
  } else if (task == session_id) {
    scheduler_.more(task, live_now);
  } else {
    scheduler_.done(task);
    scheduler_.mark(session_id, live_now);
  }
  note_step(live, result);
  const auto what = log_name(session_id);
  if (result.end != StepEnd::kShrinking) {
    note_well(what);
  } else if (scheduler_.failures(task) >= kNotableFailures) {
    note_degraded(what, Error(ErrorCode::kIo, "it is cut, or written anew, whenever it is read"));
  }
}

void Daemon::note_step(LiveSession& live, const StepResult& result) {
  const auto& session_id = live.session.ref.session_id;
  note_well(session_name(session_id));
  note_destinations(session_id, result);
  note_writes(live.runtime->meta(), true);
  live.serving_failed = result.serving_failed;
  live.has_more = result.has_more;
  const auto serving = serving_task(session_id);
  if (!result.serving_failed) return scheduler_.forget(serving);
  // A task of its own: what comes live does not wait for it.
  scheduler_.wait_until(serving, {.urgency = Urgency::kLive, .recency = 0},
                        result.retry_at.value_or(input_.clock.steady() + kTryAgainAfter));
}

void Daemon::note_destinations(const std::string& session_id, const StepResult& result) {
  std::set<std::string> lasting;
  for (const auto& destination : result.degraded) {
    lasting.insert(destination.what);
    degraded_.note(destination.what, destination.cause);
  }
  for (const auto& names : {recording_name(session_id, ""), export_name(session_id, "")}) {
    degraded_.clear_below(names, [&](const std::string& what) { return lasting.contains(what); });
  }
}

// The session starts again from its last commit; all others go on.
void Daemon::after_failure(const std::string& task, LiveSession& live, const Error& error) {
  note_degraded(session_name(live.session.ref.session_id), error);
  const bool not_understood =
      error.code() == ErrorCode::kInvalid || error.code() == ErrorCode::kUnsupported;
  if (!live.runtime && not_understood) {
    // Its state will not mend itself: it rests until its sources change or Kato starts again.
    const std::string session_id = live.session.ref.session_id;
    scheduler_.forget(session_id);
    scheduler_.forget(serving_task(session_id));
    return wiring_->live.drop(session_id);
  }
  if (live.runtime) wiring_->commits.forget(live.runtime->key());
  // What was read and not committed is read again: nobody can tell what of it came live.
  for (const auto& source : live.session.sources) {
    wiring_->table.known(source.file.path).was_read = false;
  }
  live.runtime.reset();
  scheduler_.failed(task);
}

}  // namespace kato
