// What earlier runs left: sessions that owe, metas that could not be read at the start, and what is
// to be looked for after a power loss.
#include <algorithm>
#include <optional>

#include "host/daemon/daemon.h"
#include "host/daemon/daemon_wiring.h"
#include "host/daemon/degraded_names.h"
#include "host/event/event_id.h"
#include "host/io/files.h"
#include "host/session/twin_files.h"

namespace kato {
namespace {

std::optional<std::string> key_of_journal(std::string_view name) {
  constexpr std::string_view kSuffix = ".writes";
  if (!name.ends_with(kSuffix)) return std::nullopt;
  return std::string(name.substr(0, name.size() - kSuffix.size()));
}

}  // namespace

// After a kill: what was begun goes on, whether its sources changed or not.
void Daemon::take_up_owing() {
  for (const auto& problem : store_.problems()) {
    note_degraded(session_name(session_id_of_key(problem.key)), problem.error);
  }
  note_lost_sessions();
  if (store_.has_unread()) try_again(unread_task());
  const auto owing = store_.owing();
  for (const auto& key : owing) {
    take_up(key);
  }
}

// What they had begun to record since the index was written nobody knows.
void Daemon::note_lost_sessions() {
  for (const auto& key : store_.lost()) {
    const auto session_id = session_id_of_key(key);
    note_degraded("lost state of " + session_name(session_id),
                  Error(ErrorCode::kNotFound,
                        fmt::format("its meta {} is gone, and with it what it was recorded into "
                                    "lately; go on with: kato record start {} FILE",
                                    state_.meta(key), short_id(session_id))));
  }
}

// A session whose meta is gone is seen for the first time once more: what it commanded before must
// not be done again.
void Daemon::mind_lost(const LiveSession& live) {
  const auto& session_id = live.session.ref.session_id;
  const bool is_new = live.runtime->meta().commit == 0;
  const auto known = store_.index().find(session_id);
  if (!is_new || !(known || store_.lost().contains(live.runtime->key()))) return;
  auto& since = commands_since_[session_id];
  since = std::max(since, run_.started);
  if (known) since = std::max(since, UnixMillis{last_time_of(*known).value + 1});
}

void Daemon::take_up(const std::string& key) {
  const std::string session_id(session_id_of_key(key));
  remove_stray_copies(key);
  const auto live = wiring_->live.take_up(session_id);
  if (!live) {
    if (store_.index().find(session_id)) {
      note_degraded(session_name(session_id), live.error());
    } else if (!forget_begun(key)) {
      try_again(unread_task());
    }
    return;
  }
  for (const auto& source : (*live)->session.sources) {
    if (source.file.info.type == FileType::kRegular) (*live)->dirty.insert(source.file.path);
  }
  scheduler_.mark(session_id,
                  {.urgency = Urgency::kLive, .recency = (*live)->session.newest_mtime_ns()});
}

// A session without a meta has begun nothing that would count. It may have begun a copy, or its
// first meta, which would stay if its log is gone too; a copy that is in its place was not begun by
// it.
Status Daemon::forget_begun(const std::string& key) {
  const auto meta = input_.files.info(state_.meta(key));
  if (meta) return {};  // it could not be read
  if (meta.error().code() != ErrorCode::kNotFound) return forward(meta);
  if (auto removed = remove_begun_twin(input_.files, state_, key); !removed) return removed;
  if (auto removed = remove_half_written(input_.files, state_.meta(key)); !removed) return removed;
  return store_.removed(key, std::string(session_id_of_key(key)));
}

// What was begun of sessions that nothing else is known of. False: some of it is left.
bool Daemon::remove_begun() {
  bool is_all = true;
  const auto owing = store_.owing();
  for (const auto& key : owing) {
    const std::string session_id(session_id_of_key(key));
    if (store_.index().find(session_id) || wiring_->live.find(session_id) != nullptr) continue;
    is_all = forget_begun(key).has_value() && is_all;
  }
  return is_all;
}

std::string Daemon::unread_task() const {
  return state_.sessions();
}

// A disk that failed for a moment hides no session: neither its work nor its destinations.
void Daemon::read_metas_again() {
  if (!store_.has_unread()) return;
  for (const auto& meta : store_.read_again(metas_)) {
    note_well(session_name(meta.identity.session_id));
    wiring_->context.note_destinations(meta);
    const auto key = session_key(meta);
    if (store_.owing().contains(key)) take_up(key);
  }
}

// A session that owes and cannot be taken up, or whose meta cannot be read, was not looked at.
bool Daemon::is_all_done() const {
  const bool all_committed = wiring_->commits.size() == 0 && !wiring_->commits.has_unsynced();
  const bool none_waits = scheduler_.ready_count() == 0 && scheduler_.waiting_count() == 0;
  const bool none_owes = store_.owing().empty() && store_.problems().empty();
  return all_committed && none_waits && none_owes && unidentified_.empty();
}

// From then on a run that is killed is only that, and its write journals count. Those of sessions
// that nothing was looked for in may be from before the power was lost.
void Daemon::end_power_loss() {
  const bool watches = input_.purpose == DaemonPurpose::kWatch;
  if (!run_.power_lost || !watches || !is_all_done()) return;
  const auto entries = input_.files.list(state_.sessions());
  if (!entries) return;  // at the next end of work
  for (const auto& entry : *entries) {
    const auto key = key_of_journal(entry.name);
    if (!key || health_.is_recovered(std::string(session_id_of_key(*key)))) continue;
    if (!input_.files.remove(state_.writes(*key))) return;
  }
  auto mark = run_;
  mark.power_lost = false;
  if (store_run_mark(input_.files, state_.run_mark(), mark)) run_ = std::move(mark);
}

}  // namespace kato
