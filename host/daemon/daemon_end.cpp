// How the daemon ends.
#include <algorithm>

#include "host/daemon/daemon.h"
#include "host/daemon/daemon_wiring.h"
#include "host/daemon/lost_events.h"
#include "host/daemon/state_durability.h"
#include "host/event/event_id.h"
#include "host/session/twin_files.h"
#include "host/session/twin_reader.h"

namespace kato {
namespace {

// A copy in which a line is no event of its session, or that is not what the meta speaks of; and
// every log is there, so that another can be made.
bool is_worthless(FileSystem& files, const TwinFile& twin, const SessionMeta& meta) {
  const bool lacks_logs = std::ranges::any_of(meta.sources, [&files](const SourceMeta& source) {
    const bool is_active = source.standing == SourceStanding::kActive;
    return source.standing == SourceStanding::kMissing || source.alignment.history_gone ||
           (is_active && !files.info(source.path));
  });
  if (meta.sources.empty() || lacks_logs) return false;
  const auto found = check_twin(files, twin);
  return found && (!found->damage.empty() || found->end_bytes < meta.twin.size_bytes);
}

// Nothing: it is no copy of a conversation, nor of what is held back of one.
std::optional<std::string_view> key_of_copy(std::string_view name) {
  for (const std::string_view suffix : {".twin.jsonl", ".held"}) {
    if (name.ends_with(suffix)) return name.substr(0, name.size() - suffix.size());
  }
  return std::nullopt;
}

}  // namespace

// A disk that fails says nothing of whose the state is.
Status Daemon::check_ownership() {
  const auto found = input_.files.info(state_.lock_file());
  const bool is_gone = !found && found.error().code() == ErrorCode::kNotFound;
  if (!is_gone && (!found || found->id == lock_id_)) return {};
  auto lost =
      fail(ErrorCode::kRefused,
           "the state folder {} was removed or replaced while this daemon ran: it ends, and "
           "writes nothing more there; begin again with: kato start",
           state_.path());
  note(LogLevel::kError, lost.error().message());
  return lost;
}

Status Daemon::finish() {
  flush_now();
  const bool all_committed = wiring_->commits.size() == 0 && !wiring_->commits.has_unsynced();
  if (input_.purpose == DaemonPurpose::kOneRequest) {
    save_index();
    return {};
  }
  Status cleaned;
  if (wiring_->assembly->config().clean_session_states_on_shutdown) cleaned = clean_twins();
  save_index();
  // A start after a clean end believes in what it finds: what took its place last, and what was
  // removed, must not be undone by a power loss.
  const bool syncs = durability_of(wiring_->assembly->config().durability) == Durability::kSynced;
  const auto synced = syncs ? input_.files.sync_folder(state_.sessions()) : Status{};
  run_.ended = all_committed && synced;
  end_power_loss();
  static_cast<void>(input_.files.remove(state_.status()));  // it speaks of what runs
  if (auto stored = store_run_mark(input_.files, state_.run_mark(), run_); !stored) return stored;
  return cleaned;
}

// One that fails does not keep the others.
Status Daemon::clean_twins() {
  std::vector<std::string> with_twin;
  store_.index().for_each([&](const IndexedSession& session) {
    if (session.has_twin) with_twin.push_back(session.identity.session_id);
  });
  Status all;
  for (const auto& session_id : with_twin) {
    wiring_->live.drop(session_id);
    if (auto cleaned = clean_twin(session_id, false);
        !cleaned && cleaned.error().code() != ErrorCode::kRefused && all) {
      all = cleaned;
    }
  }
  return all;
}

// A copy that a recording still needs, and that can be read, stays: kRefused. for_good: later
// activity alone does not bring it back. The session must not be open.
Status Daemon::clean_twin(const std::string& session_id, bool for_good) {
  const auto known = store_.index().find(session_id);
  if (!known) return fail(ErrorCode::kNotFound, "no session is known by '{}'", session_id);
  const auto key = make_session_key(known->identity.provider, session_id);
  auto meta = metas_.load(key);
  if (!meta) return forward(meta);
  if (!*meta) return fail(ErrorCode::kNotFound, "session {} has no state", short_id(session_id));
  SessionMeta& now = **meta;
  const bool is_needed = !now.pending_exports.empty() ||
                         std::ranges::any_of(now.recordings, [&](const RecordingMeta& recording) {
                           return lag_of(recording, now) > 0 || recording.intent.has_value();
                         });
  // One that cannot be read is of no use to it, while there is a log to make another from.
  const bool is_given_up =
      for_good && is_needed &&
      is_worthless(input_.files, {.path = state_.twin(key), .session_id = session_id}, now);
  if (is_needed && !is_given_up) {
    return fail(ErrorCode::kRefused,
                "session {}: a recording still has to get events from its copy; it stays until "
                "they are written",
                short_id(session_id));
  }
  if (auto owed = store_.owe(key); !owed) return owed;
  give_up_lost_events(now);
  now.twin.exists = false;
  now.twin.size_bytes = 0;
  now.identity.title.clear();
  now.cleaned = now.cleaned || for_good;
  const auto durability = durability_of(wiring_->assembly->config().durability);
  if (auto stored = metas_.store(now, durability); !stored) return stored;
  auto removed = remove_twin_files(input_.files, state_, key, now.twin.generation);
  if (!removed) return removed;
  return store_.committed(now, is_needed);
}

// Sessions at work have settled their own.
void Daemon::settle_copies() {
  if (copies_are_settled_) return;
  const std::string what = "copies of conversations";
  const auto is_at_work = [this](std::string_view key) {
    const auto* const live = wiring_->live.find(std::string(session_id_of_key(key)));
    return live != nullptr && live->runtime;
  };
  const auto settled = settle_all_twin_files(input_.files, state_, metas_, is_at_work);
  if (!settled) return note_degraded(what, settled.error());
  // A power loss may have undone a removal, even one that is long past.
  const auto entries = input_.files.list(state_.sessions());
  if (!entries) return note_degraded(what, entries.error());
  for (const auto& entry : *entries) {
    const auto key = key_of_copy(entry.name);
    if (key && !is_at_work(*key)) remove_stray_copies(std::string(*key));
  }
  copies_are_settled_ = true;
  note_well(what);
}

// Of a removal that a kill interrupted: the meta knows of no copy any more. What the index says
// may be older than a meta that cannot be read.
void Daemon::remove_stray_copies(const std::string& key) {
  const auto known = store_.index().find(session_id_of_key(key));
  if (!known || known->has_twin) return;
  const auto meta = metas_.load(key);
  if (!meta || !*meta || (*meta)->twin.exists) return;
  for (const auto& path : {state_.twin(key), state_.held(key)}) {
    static_cast<void>(input_.files.remove(path));  // mostly there is none
  }
}

}  // namespace kato
