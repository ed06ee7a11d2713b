// What the daemon says of itself.
#include <algorithm>

#include "host/daemon/daemon.h"
#include "host/daemon/daemon_wiring.h"
#include "host/daemon/degraded_names.h"
#include "host/daemon/lost_events.h"
#include "host/event/event_id.h"
#include "host/event/json_text.h"
#include "host/io/files.h"
#include "host/session/indexed_session_json.h"

namespace kato {
namespace {

constexpr int64_t kStaleAfterMillis = 24LL * 60 * 60 * 1000;
constexpr std::chrono::milliseconds kStatusInterval{5000};
constexpr std::string_view kMetaIsGone =
    "put it back from a backup, or start the session's recordings again (kato record start)";

bool records(const IndexedSession& session) {
  return std::ranges::any_of(session.recordings, [](const IndexedRecording& recording) {
    return recording.desired == DesiredState::kOn;
  });
}

std::string key_of(const IndexedSession& session) {
  return make_session_key(session.identity.provider, session.identity.session_id);
}

std::string late_news(const WatchHealth& health) {
  const auto late = std::chrono::ceil<std::chrono::seconds>(health.poll_interval);
  return fmt::format("{}; news of {} folders may come {} s late", health.cause->message(),
                     health.polled_folders, late.count());
}

}  // namespace

DaemonStatus Daemon::status(bool all) {
  note_unread();
  DaemonStatus status = short_status();
  const auto since = input_.clock.now().value - kStaleAfterMillis;
  std::vector<IndexedSession> recorded;
  std::vector<IndexedSession> shortened;
  const auto list = [&](const IndexedSession& session) {
    if (!session.recordings.empty()) recorded.push_back(session);
    if (all || records(session) || last_time_of(session).value >= since) {
      status.sessions.push_back(session);
    } else {
      ++status.hidden_sessions;
    }
  };
  const auto open_runtime = [this](const std::string& session_id) -> SessionRuntime* {
    const auto* const live = wiring_->live.find(session_id);
    return live == nullptr ? nullptr : live->runtime.get();
  };
  store_.index().for_each([&](const IndexedSession& session) {
    if (open_runtime(session.identity.session_id) != nullptr) return;
    list(session);
    const auto twin = state_.twin(key_of(session));
    if (may_have_lost_events(input_.files, session, twin)) shortened.push_back(session);
  });
  // What was obeyed a moment ago is in the index with the next commit.
  for (const auto& [session_id, live] : wiring_->live.all()) {
    if (live->runtime) list(indexed_session_of(live->runtime->meta()));
  }
  std::ranges::sort(status.sessions, std::greater{}, [](const IndexedSession& session) {
    return std::pair(last_time_of(session), std::string_view(session.identity.session_id));
  });
  for (const auto& session : shortened) {
    const auto meta = metas_.load(key_of(session));
    if (!meta || !*meta) continue;
    const auto twin = state_.twin(key_of(session));
    add_lost_events(**meta, lost_events_text(input_.files, **meta, twin), status);
  }
  status.recordings.clear();
  std::ranges::sort(recorded, {}, key_of);
  for (const auto& session : recorded) {
    auto* const runtime = open_runtime(session.identity.session_id);
    if (runtime != nullptr) {
      add_recordings(runtime->meta(), status);
    } else {
      add_stored_recordings(session, status);
    }
  }
  return status;
}

// Without what costs a look at every session.
DaemonStatus Daemon::short_status() {
  DaemonStatus status;
  status.running = input_.purpose == DaemonPurpose::kWatch;
  status.process_id = input_.process_id;
  status.version = input_.version;
  status.started_at = run_.started;
  for (const auto& [session_id, live] : wiring_->live.all()) {
    if (!live->runtime) continue;
    const auto& meta = live->runtime->meta();
    add_recordings(meta, status);
    add_lost_events(meta, lost_events_text(meta), status);
  }
  for (const auto& [what, degradation] : degraded_.all()) {
    status.degraded.push_back({what, degradation.cause, degradation.since});
  }
  const auto health = wiring_->table.health();
  status.watching = {.sources = wiring_->table.size(),
                     .missing_sources = wiring_->table.missing_count(),
                     .watched_folders = health.watched_folders,
                     .polled_folders = health.polled_folders,
                     .poll_interval_ms = static_cast<uint64_t>(health.poll_interval.count())};
  if (health.cause) {
    status.degraded.push_back({"watching", late_news(health), health.cause_since});
  }
  status.ready_tasks = scheduler_.ready_count();
  status.waiting_tasks = scheduler_.waiting_count();
  if (input_.resident_bytes) status.resident_bytes = input_.resident_bytes();
  status.limit_bytes = wiring_->assembly->config().daemon_max_memory_mb << 20U;
  status.index_bytes = store_.index().memory_bytes();
  if (input_.io_counters) status.counters = input_.io_counters();
  status.counters.emplace_back("bytesAppended", wiring_->table.grown_bytes());
  status.counters.emplace_back("steps", counters_.steps);
  status.counters.emplace_back("wakeups", counters_.wakeups);
  return status;
}

void Daemon::add_recordings(const SessionMeta& meta, DaemonStatus& status) {
  for (const auto& recording : meta.recordings) {
    const auto written = last_writes_.find(recording.recording_id);
    status.recordings.push_back(
        {.recording_id = recording.recording_id,
         .session_id = meta.identity.session_id,
         .destination = recording.destination,
         .sink = recording.sink,
         .is_on = recording.desired == DesiredState::kOn,
         .write_cursor = recording.cursor.written ? recording.cursor.written->seq : 0,
         .lag = lag_of(recording, meta),
         .last_write_at = written == last_writes_.end() ? std::nullopt : written->second.at});
  }
}

// To a request for a session.
std::string Daemon::recordings_answer(const SessionMeta& meta) {
  DaemonStatus recordings;
  add_recordings(meta, recordings);
  std::string json;
  {
    JsonObject object(json);
    object.text("sessionId", meta.identity.session_id);
    object.key("recordings");
    append_json_array(json, recordings.recordings,
                      [&](const RecordingStatus& one) { json += to_json(one); });
    const auto warning = lost_events_text(meta);
    if (!warning.empty()) object.text("warning", warning);
    const auto unread = why_unread(meta);
    if (!unread.empty()) object.text("unread", unread);
  }
  return json;
}

void Daemon::add_lost_events(const SessionMeta& meta, const std::string& cause,
                             DaemonStatus& status) {
  if (cause.empty()) return;
  status.degraded.push_back({copy_name(meta.identity.session_id), cause, input_.clock.now()});
}

// Of one that is not open. Of a meta that cannot be read, what the index still knows.
void Daemon::add_stored_recordings(const IndexedSession& session, DaemonStatus& status) {
  const auto meta = metas_.load(key_of(session));
  if (meta && *meta) return add_recordings(**meta, status);
  for (const auto& recording : session.recordings) {
    status.recordings.push_back({.recording_id = recording.recording_id,
                                 .session_id = session.identity.session_id,
                                 .destination = recording.destination,
                                 .sink = {},
                                 .is_on = recording.desired == DesiredState::kOn,
                                 .last_write_at = std::nullopt});
  }
  const auto what = session_name(session.identity.session_id);
  if (degraded_.all().contains(what)) return;
  const auto cause = meta ? state_.meta(key_of(session)) + " is gone; " + std::string(kMetaIsGone)
                          : meta.error().message();
  status.degraded.push_back({what, cause, input_.clock.now()});
}

// is_news: what is not known yet was written just now.
void Daemon::note_writes(const SessionMeta& meta, bool is_news) {
  for (const auto& recording : meta.recordings) {
    const uint64_t seq = recording.cursor.written ? recording.cursor.written->seq : 0;
    auto& known = last_writes_[recording.recording_id];
    if (known.seq != seq && is_news) known.at = input_.clock.now();
    known.seq = seq;
  }
}

// Never while nothing happens, and not at each step.
std::optional<std::chrono::steady_clock::time_point> Daemon::status_due() const {
  if (!status_changed_ || input_.purpose != DaemonPurpose::kWatch) return std::nullopt;
  if (!status_written_) return input_.clock.steady();
  return *status_written_ + kStatusInterval;
}

void Daemon::write_status() {
  const auto due = status_due();
  if (!due || *due > input_.clock.steady()) return;
  status_written_ = input_.clock.steady();
  status_changed_ = false;
  const auto json = to_json(short_status()) + "\n";
  if (auto written = replace_whole(input_.files, state_.status(), json, Durability::kOrdered);
      !written) {
    note_degraded("status.json", written.error());
    status_changed_ = true;  // to be written later
  } else {
    degraded_.clear("status.json");
  }
}

}  // namespace kato
