// What waits for the disk, and what need not be open any longer.
#include <algorithm>

#include "host/daemon/daemon.h"
#include "host/daemon/daemon_wiring.h"
#include "host/daemon/degraded_names.h"
#include "host/event/event_id.h"

namespace kato {
namespace {

constexpr std::chrono::milliseconds kTryAgainAfter{1000};

}  // namespace

void Daemon::flush_commits() {
  const auto due = wiring_->commits.due();
  const bool is_time = due && *due <= input_.clock.steady();
  if (!is_time && wiring_->commits.size() < open_limits_.at_work) return;
  flush_now();
  close_idle_sessions(open_limits_.idle);
}

// [between two steps] What is short must not be kept open for later.
void Daemon::give_up_handles() {
  const bool lacked_at_destination = health_.take_lack_of_handles();
  if (!std::exchange(lacked_handles_, false) && !lacked_at_destination) return;
  for (const auto& [session_id, live] : wiring_->live.all()) {
    if (live->runtime) live->runtime->rest();
  }
  active_.clear();
  close_idle_sessions(0);
}

void Daemon::flush_now() {
  const auto report = wiring_->commits.flush();
  for (const auto& key : report.committed) {
    note_well(session_name(session_id_of_key(key)));
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
  live->runtime->rest();
  if (auto swapped = live->runtime->finish_swap(); !swapped) {
    note_degraded(session_name(live->session.ref.session_id), swapped.error());
    live->serving_failed = true;  // each step tries it again
    scheduler_.wait_until(serving_task(live->session.ref.session_id),
                          {.urgency = Urgency::kLive, .recency = 0},
                          input_.clock.steady() + kTryAgainAfter);
  }
  const bool owes = live->has_work() || wiring_->commits.is_unsynced(key);
  if (auto noted = store_.committed(live->runtime->meta(), owes); !noted) {
    note_degraded("index of the sessions", noted.error());
  }
}

// Those that have rested longest are closed first.
void Daemon::close_idle_sessions(size_t most_open) {
  std::vector<LiveSession*> idle;
  for (const auto& [session_id, live] : wiring_->live.all()) {
    const bool waits = live->runtime && (wiring_->commits.waits(live->runtime->key()) ||
                                         wiring_->commits.is_unsynced(live->runtime->key()));
    const bool is_due = scheduler_.has(session_id) || scheduler_.has(serving_task(session_id));
    if (!live->has_work() && !waits && !is_due) idle.push_back(live.get());
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
    note_well("index of the sessions");
  }
}

}  // namespace kato
