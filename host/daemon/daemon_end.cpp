// How the daemon ends.
#include "host/daemon/daemon.h"
#include "host/daemon/daemon_wiring.h"
#include "host/daemon/state_durability.h"

namespace kato {

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
  store_.forget_lost();
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

}  // namespace kato
