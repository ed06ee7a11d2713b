// What the daemon has to do, and one step of it.
#include <algorithm>

#include "host/daemon/daemon.h"
#include "host/daemon/daemon_wiring.h"
#include "host/daemon/origin_lookup.h"
#include "host/event/event_id.h"
#include "host/session/twin_files.h"

namespace kato {
namespace {

constexpr int64_t kBirthSlackMillis = 2000;
constexpr size_t kMostOpenAtWork = 128;
constexpr size_t kMostOpenIdle = 16;
constexpr size_t kIdentifiedAtOnce = 16;
constexpr uint64_t kManySteps = 256;  // after so many much was in use that is not needed any more
constexpr std::chrono::milliseconds kMemoryCheckInterval{500};
constexpr std::chrono::milliseconds kTryAgainAfter{1000};
constexpr std::string_view kServing = "/serve";

// "the session 1a2b3c4d": the name under which it is degraded.
std::string session_name(std::string_view session_id) {
  return fmt::format("session {}", short_id(session_id));
}

std::string recording_name(std::string_view session_id, std::string_view destination) {
  return fmt::format("recording of session {} to {}", short_id(session_id), destination);
}

std::string session_of_task(std::string_view task) {
  return std::string(task.substr(0, task.find('/')));
}

}  // namespace

std::string Daemon::serving_task(const std::string& session_id) {
  return session_id + std::string(kServing);
}

// ---- What there is to do ---------------------------------------------------------------------

// After a kill: what was begun goes on, whether its sources changed or not. A session without a
// meta has begun nothing that would count.
void Daemon::take_up_owing() {
  for (const auto& problem : store_.problems()) {
    note_degraded(session_name(session_id_of_key(problem.key)), problem.error);
  }
  const auto owing = store_.owing();
  for (const auto& key : owing) {
    const std::string session_id(session_id_of_key(key));
    remove_stray_copies(key);
    const auto live = wiring_->live.take_up(session_id);
    if (!live) {
      if (store_.index().find(session_id)) {
        note_degraded(session_name(session_id), live.error());
      } else if (const auto meta = input_.files.info(state_.meta(key));
                 !meta && meta.error().code() == ErrorCode::kNotFound) {
        // It may have begun a copy, which would stay if its log is gone too. What fails is looked
        // at again next time.
        if (!remove_twin_files(input_.files, state_, key, 0)) continue;
        static_cast<void>(store_.removed(key, session_id));
      }
      continue;
    }
    for (const auto& source : (*live)->session.sources) {
      if (source.file.info.type == FileType::kRegular) (*live)->dirty.insert(source.file.path);
    }
    scheduler_.mark(session_id,
                    {.urgency = Urgency::kLive, .recency = (*live)->session.newest_mtime_ns()});
  }
}

void Daemon::look_for_changes() {
  auto news = wiring_->table.look();
  put_off(news.changed);
  for (auto& source : news.changed) {
    take_or_try_again(std::move(source));
  }
  for (const auto& path : news.vanished) {
    note(LogLevel::kInfo, path + " is gone; what was read of it is kept");
  }
  for (const auto& folder : news.gone_folders) {
    note(LogLevel::kInfo, "folder " + folder + " is gone or has another name");
  }
  if (news.problems.empty()) degraded_.clear("watching");
  for (const auto& problem : news.problems) {
    note_degraded(problem.path.empty() ? "watching" : problem.path, problem.error);
  }
}

void Daemon::take_or_try_again(SourceFile change) {
  const auto path = change.path;
  const auto taken = take_change(std::move(change));
  if (!taken && taken.error().code() == ErrorCode::kIo) {
    scheduler_.wait_until(path, {}, input_.clock.steady() + kTryAgainAfter);
  }
}

// One that cannot be looked into is tried again when it changes, and if the disk failed from time
// to time too.
Status Daemon::take_change(SourceFile change) {
  const auto path = change.path;
  const auto info = change.info;
  const auto live = wiring_->live.take(std::move(change));
  auto& known = wiring_->table.known(path);
  if (!live) {
    known.stamp = 0;
    note_degraded(path, live.error());
    return forward(live);
  }
  degraded_.clear(path);
  if (*live == nullptr) return {};
  const auto urgency =
      known.live_from_bytes < info.size_bytes ? Urgency::kLive : Urgency::kBackfill;
  scheduler_.mark((*live)->session.ref.session_id, {.urgency = urgency, .recency = info.mtime_ns});
  return {};
}

void Daemon::look_again_at(const std::string& path) {
  auto source = wiring_->table.find(path);
  if (!source || source->info.type != FileType::kRegular) return scheduler_.done(path);
  const auto taken = take_change(std::move(*source));
  if (!taken && taken.error().code() == ErrorCode::kIo) return scheduler_.failed(path);
  scheduler_.done(path);
}

bool Daemon::holds_backfill() {
  if (!input_.resident_bytes) return false;
  const auto now = input_.clock.steady();
  if (memory_checked_ && now - *memory_checked_ < kMemoryCheckInterval) return over_memory_;
  memory_checked_ = now;
  const uint64_t limit_mb = wiring_->assembly->config().daemon_max_memory_mb;
  const uint64_t used_mb = input_.resident_bytes() >> 20U;
  over_memory_ = used_mb > limit_mb;
  if (!over_memory_) {
    degraded_.clear("memory");
  } else {
    close_idle_sessions(0);
    if (input_.give_back_memory) input_.give_back_memory();
    note_degraded("memory", Error(ErrorCode::kRefused,
                                  fmt::format("more than daemonMaxMemoryMb ({}) is in use; reading "
                                              "of old conversations waits",
                                              limit_mb)));
  }
  return over_memory_;
}

void Daemon::work(const std::function<bool()>& should_stop) {
  ++counters_.wakeups;
  const uint64_t steps_before = counters_.steps;
  look_for_changes();
  while (!should_stop()) {
    const bool holds = holds_backfill() || !unidentified_.empty();
    const auto next = scheduler_.next(holds ? Urgency::kLive : Urgency::kBackfill);
    if (!next && unidentified_.empty()) break;
    if (next) {
      run_task(*next);
    } else {
      identify(kIdentifiedAtOnce);
    }
    status_changed_ = true;
    flush_commits();
    look_for_changes();
  }
  flush_commits();
  close_idle_sessions(kMostOpenIdle);
  const bool was_much = counters_.steps - steps_before >= kManySteps;
  if (was_much && input_.give_back_memory) input_.give_back_memory();
  write_status();
}

std::optional<std::chrono::steady_clock::time_point> Daemon::due() const {
  std::optional<std::chrono::steady_clock::time_point> earliest;
  const auto least = over_memory_ ? Urgency::kLive : Urgency::kBackfill;
  std::optional<std::chrono::steady_clock::time_point> memory;
  if (over_memory_) memory = *memory_checked_ + kMemoryCheckInterval;
  for (const auto& due : {wiring_->table.due(), scheduler_.due(least), wiring_->commits.due(),
                          memory, status_due()}) {
    if (due && (!earliest || *due < *earliest)) earliest = due;
  }
  return earliest;
}

// ---- One step --------------------------------------------------------------------------------

void Daemon::run_task(const std::string& task) {
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
  if (live.dirty.empty()) return serve_session(wiring_->context, *live.runtime);
  const auto path = *live.dirty.begin();
  const auto index = live.runtime->index_of(path);
  if (!index) {
    live.dirty.erase(path);  // a duplicate that ranks lower
    live.runtime->commit_soon();
    return StepResult{};
  }
  const auto done =
      run_step(wiring_->context, *live.runtime, request_for(live, *index, live.dirty.size() == 1));
  live.awaits_others = !unidentified_.empty() && live.runtime->is_first_sight();
  if (done && done->end != StepEnd::kMore) {
    live.dirty.erase(path);
    wiring_->table.known(path).was_read = true;
  }
  return done;
}

Status Daemon::open(LiveSession& live) {
  const SessionServices services{
      .files = input_.files,
      .state = state_,
      .metas = metas_,
      .commits = wiring_->commits,
      .buffer = buffer_,
      .origins = make_origin_lookup(input_.files, state_, metas_, store_.index()),
      .lost_power = power_was_lost_ && !health_.is_recovered(live.session.ref.session_id)};
  wiring_->live.read_companions_of(live);
  auto opened = SessionRuntime::open(services, live.session);
  if (!opened) return forward(opened);
  live.runtime = std::move(*opened);
  note_writes(live.runtime->meta(), false);
  return {};
}

StepRequest Daemon::request_for(const LiveSession& live, size_t source, bool is_last) {
  const auto& file = live.runtime->sources()[source].file;
  const auto& known = wiring_->table.known(file.path);
  StepRequest request{
      .source = source,
      .arrival = {.live_from_bytes = known.live_from_bytes, .now = input_.clock.now()},
      .commands_since = run_.commands_since,
      .completes_first_sight = is_last && unidentified_.empty()};
  if (file.rule().growth == Growth::kDocument) {
    // What a document says anew came live if it was read since the daemon began to watch it.
    const bool came_live = known.live_from_bytes == 0 || known.was_read;
    request.arrival.live_from_bytes = came_live ? 0 : UINT64_MAX;
  }
  if (known.seen.value > 0) {
    request.commands_since =
        std::max(run_.commands_since, UnixMillis{known.seen.value - kBirthSlackMillis});
  }
  return request;
}

void Daemon::after_step(const std::string& task, LiveSession& live, const StepResult& result) {
  const bool is_over = live.dirty.empty() || task != live.session.ref.session_id;
  if (is_over) {
    scheduler_.done(task);
  } else {
    scheduler_.more(task, {.urgency = Urgency::kLive, .recency = live.session.newest_mtime_ns()});
  }
  note_step(live, result);
}

void Daemon::note_step(LiveSession& live, const StepResult& result) {
  const auto& session_id = live.session.ref.session_id;
  degraded_.clear(session_name(session_id));
  note_recordings(session_id, result);
  note_writes(live.runtime->meta(), true);
  live.serving_failed = result.serving_failed;
  const auto serving = serving_task(session_id);
  if (!result.serving_failed) return scheduler_.forget(serving);
  // A task of its own: what comes live does not wait for it.
  scheduler_.wait_until(serving, {.urgency = Urgency::kLive, .recency = 0},
                        result.retry_at.value_or(input_.clock.steady() + kTryAgainAfter));
}

void Daemon::note_recordings(const std::string& session_id, const StepResult& result) {
  std::set<std::string> lasting;
  for (const auto& recording : result.degraded) {
    const auto name = recording_name(session_id, recording.destination);
    lasting.insert(name);
    degraded_.note(name, recording.cause);
  }
  degraded_.clear_below(recording_name(session_id, ""),
                        [&](const std::string& what) { return lasting.contains(what); });
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
  live.runtime.reset();
  scheduler_.failed(task);
}

// ---- What waits for the disk -----------------------------------------------------------------

void Daemon::flush_commits() {
  const auto due = wiring_->commits.due();
  const bool is_time = due && *due <= input_.clock.steady();
  if (!is_time && wiring_->commits.size() < kMostOpenAtWork) return;
  flush_now();
  close_idle_sessions(kMostOpenIdle);
}

void Daemon::flush_now() {
  const auto report = wiring_->commits.flush();
  for (const auto& key : report.committed) {
    degraded_.clear(session_name(session_id_of_key(key)));
    note_committed(key);
  }
  for (const auto& failure : report.failures) {
    note_degraded(session_name(session_id_of_key(failure.key)), failure.error);
  }
  for (const auto& unsynced : report.unsynced) {
    note(LogLevel::kWarn, unsynced.error.message());
  }
  if (store_.is_save_due()) save_index();
}

// The meta is on the disk as the runtime has it: commits are taken between steps only.
void Daemon::note_committed(const std::string& key) {
  auto* const live = wiring_->live.find(std::string(session_id_of_key(key)));
  if (live == nullptr || !live->runtime) return;
  if (auto swapped = live->runtime->finish_swap(); !swapped) {
    note_degraded(session_name(live->session.ref.session_id), swapped.error());
  }
  if (auto noted = store_.committed(live->runtime->meta(), live->has_work()); !noted) {
    note_degraded("index of the sessions", noted.error());
  }
}

// Those that have rested longest are closed first.
void Daemon::close_idle_sessions(size_t most_open) {
  std::vector<LiveSession*> idle;
  for (const auto& [session_id, live] : wiring_->live.all()) {
    const bool waits = live->runtime && wiring_->commits.waits(live->runtime->key());
    if (!live->has_work() && !waits) idle.push_back(live.get());
  }
  if (idle.size() <= most_open) return;
  std::ranges::sort(idle, {}, &LiveSession::last_step);
  idle.resize(idle.size() - most_open);
  for (const auto* const live : idle) {
    wiring_->live.drop(std::string(live->session.ref.session_id));
  }
}

void Daemon::save_index() {
  if (!store_.is_newer_than_file()) return;
  if (auto saved = store_.save(); !saved) {
    note_degraded("index of the sessions", saved.error());
  } else {
    degraded_.clear("index of the sessions");
  }
}

}  // namespace kato
