// Removing what is old from the state.
#include <algorithm>

#include "host/daemon/daemon.h"
#include "host/daemon/daemon_wiring.h"
#include "host/daemon/state_durability.h"
#include "host/event/event_id.h"
#include "host/io/files.h"
#include "host/session/twin_files.h"

namespace kato {
namespace {

constexpr int64_t kDayMillis = 24LL * 60 * 60 * 1000;

UnixMillis days_ago(const Clock& clock, uint32_t days) {
  return {clock.now().value - static_cast<int64_t>(days) * kDayMillis};
}

// What is to be kept of a session whatever its age, in words; empty: nothing.
std::string why_kept(const SessionMeta& meta) {
  if (meta.is_private) return "it is private";
  if (!meta.pending_exports.empty()) return "an export of it is to be written";
  const bool records = std::ranges::any_of(meta.recordings, [&](const RecordingMeta& recording) {
    return recording.desired == DesiredState::kOn || lag_of(recording, meta) > 0 ||
           recording.intent.has_value();
  });
  return records ? "it is recorded" : "";
}

// Its owner took it away: it is not made again, so that nothing more is written to it. Without its
// folder it may only be out of reach.
bool is_gone(FileSystem& files, const RecordingMeta& recording) {
  if (!recording.after.exists || !files.info(parent_folder(recording.destination))) return false;
  const auto info = files.info(recording.destination);
  return !info && info.error().code() == ErrorCode::kNotFound;
}

// Nothing happens to it any more, and nothing did since then.
bool has_ended(FileSystem& files, const RecordingMeta& recording, const SessionMeta& meta,
               UnixMillis before) {
  if (recording.desired == DesiredState::kOn) return false;
  if (recording.periods.empty() || recording.intent) return false;
  if (lag_of(recording, meta) > 0 && !is_gone(files, recording)) return false;
  const auto& stop = recording.periods.back().stop;
  const auto ended = stop && stop->time ? stop->time : meta.identity.last_time;
  return !ended || *ended <= before;
}

}  // namespace

Result<std::vector<Cleaned>> Daemon::clean(const CleanRequest& request) {
  flush_now();
  std::vector<std::string> old_sessions;
  UnixMillis newest_of_old;
  std::vector<std::string> with_recordings;
  store_.index().for_each([&](const IndexedSession& session) {
    const auto& session_id = session.identity.session_id;
    if (request.sessions_days &&
        last_time_of(session) <= days_ago(input_.clock, *request.sessions_days)) {
      old_sessions.push_back(session_id);
      newest_of_old = std::max(newest_of_old, last_time_of(session));
    }
    if (request.recordings_days && !session.recordings.empty()) {
      with_recordings.push_back(session_id);
    }
  });
  if (!request.dry_run && !old_sessions.empty()) {
    if (auto told = forget_commands_up_to(newest_of_old); !told) return forward(told);
  }
  std::ranges::sort(old_sessions);
  std::ranges::sort(with_recordings);
  std::vector<Cleaned> cleaned;
  for (const auto& session_id : with_recordings) {
    auto forgotten = clean_recordings(session_id, days_ago(input_.clock, *request.recordings_days),
                                      request.dry_run);
    if (!forgotten) return forward(forgotten);
    for (auto& destination : *forgotten) {
      cleaned.push_back({.what = "recording", .name = std::move(destination)});
    }
  }
  for (const auto& session_id : old_sessions) {
    const auto gone = clean_session(session_id, request.dry_run);
    if (!gone) return forward(gone);
    if (*gone) cleaned.push_back({.what = "session", .name = std::string(short_id(session_id))});
  }
  return cleaned;
}

// A session that is forgotten is seen for the first time when it grows again: what it commanded
// since a run that was killed must not be done once more.
Status Daemon::forget_commands_up_to(UnixMillis last) {
  auto mark = load_run_mark(input_.files, state_.run_mark());
  if (!mark && mark.error().code() == ErrorCode::kInvalid) return {};  // they count from then on
  if (!mark) return forward(mark);
  if (!*mark || (*mark)->commands_since > last) return {};
  (*mark)->commands_since = {last.value + 1};
  return store_run_mark(input_.files, state_.run_mark(), **mark);
}

// The mark comes first: a removal that a kill interrupts leaves a session that is looked at again.
// The meta goes last, and before it the copy: one without a meta would be taken over.
Result<bool> Daemon::clean_session(const std::string& session_id, bool dry_run) {
  const auto known = store_.index().find(session_id);
  if (!known) return false;
  const auto key = make_session_key(known->identity.provider, session_id);
  const auto meta = metas_.load(key);
  if (!meta || !*meta || !why_kept(**meta).empty()) return false;
  if (dry_run) return true;
  wiring_->live.drop(session_id);
  if (auto marked = store_.removing(key); !marked) return forward(marked);
  if (auto removed = remove_copy(key, **meta); !removed) return forward(removed);
  if (auto removed = metas_.remove(key); !removed) return forward(removed);
  for (const auto& path : {state_.ids(key), state_.writes(key)}) {
    auto removed = input_.files.remove(path);
    if (!removed && removed.error().code() != ErrorCode::kNotFound) return forward(removed);
  }
  if (auto removed = store_.removed(key, session_id); !removed) return forward(removed);
  return true;
}

Status Daemon::remove_copy(const std::string& key, SessionMeta meta) {
  if (!meta.twin.exists) {
    return remove_twin_files(input_.files, state_, key, meta.twin.generation);
  }
  meta.twin.exists = false;
  meta.twin.size_bytes = 0;
  meta.identity.title.clear();
  meta.cleaned = true;
  const auto durability = durability_of(wiring_->assembly->config().durability);
  if (auto stored = metas_.store(meta, durability); !stored) return stored;
  return remove_twin_files(input_.files, state_, key, meta.twin.generation);
}

Result<std::vector<std::string>> Daemon::clean_recordings(const std::string& session_id,
                                                          UnixMillis before, bool dry_run) {
  std::vector<std::string> forgotten;
  const auto known = store_.index().find(session_id);
  if (!known) return forgotten;
  const auto key = make_session_key(known->identity.provider, session_id);
  auto meta = metas_.load(key);
  if (!meta || !*meta) return forgotten;
  SessionMeta now = **meta;
  std::erase_if(now.recordings, [&](const RecordingMeta& recording) {
    if (!has_ended(input_.files, recording, **meta, before)) return false;
    forgotten.push_back(recording.destination);
    return true;
  });
  if (dry_run || forgotten.empty()) return forgotten;
  wiring_->live.drop(session_id);
  const bool owed_before = store_.owing().contains(key);
  if (auto owed = store_.owe(key); !owed) return forward(owed);
  const auto durability = durability_of(wiring_->assembly->config().durability);
  if (auto stored = metas_.store(now, durability); !stored) return forward(stored);
  if (auto noted = store_.committed(now, owed_before); !noted) return forward(noted);
  return forgotten;
}

}  // namespace kato
