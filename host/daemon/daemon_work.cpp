// What the daemon has to do, and in what order it does it.
#include <algorithm>

#include "host/daemon/daemon.h"
#include "host/daemon/daemon_wiring.h"

namespace kato {
namespace {

constexpr size_t kIdentifiedAtOnce = 16;
constexpr int kMostSteps = 16;        // of others between two of a request
constexpr uint64_t kManySteps = 256;  // after so many much was in use that is not needed any more
constexpr std::chrono::milliseconds kMemoryCheckInterval{500};
constexpr std::chrono::milliseconds kTryAgainAfter{1000};

}  // namespace

void Daemon::look_for_changes() {
  auto news = wiring_->table.look();
  put_off(news.changed);
  for (auto& source : news.changed) {
    take_or_try_again(std::move(source));
  }
  for (const auto& path : news.vanished) {
    note(LogLevel::kInfo, path + " is gone; what was read of it is kept");
    wiring_->live.note_vanished(path);
    note_well(path);
  }
  for (const auto& folder : news.gone_folders) {
    note(LogLevel::kInfo, "folder " + folder + " is gone or has another name");
  }
  for (const auto& path : news.recovered) {
    note_well(path);
  }
  status_changed_ = status_changed_ || news.health_changed;
  if (news.problems.empty()) note_well("watching");
  for (const auto& problem : news.problems) {
    note_degraded(problem.path.empty() ? "watching" : problem.path, problem.error);
  }
}

void Daemon::take_or_try_again(SourceFile change) {
  const auto path = change.path;
  const auto taken = take_change(std::move(change));
  if (!taken && taken.error().code() == ErrorCode::kIo) try_again(path);
}

void Daemon::try_again(const std::string& path) {
  scheduler_.wait_until(path, {}, input_.clock.steady() + kTryAgainAfter);
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
  note_well(path);
  if (*live == nullptr) return {};
  const auto* const came = wiring_->live.arrival_of(path);
  const bool has_live = came != nullptr && came->live_from_bytes < came->size_bytes;
  const auto urgency = has_live ? Urgency::kLive : Urgency::kBackfill;
  scheduler_.mark((*live)->session.ref.session_id, {.urgency = urgency, .recency = info.mtime_ns});
  return {};
}

void Daemon::look_again_at(const std::string& path) {
  auto found = wiring_->table.find(path);
  if (!found) return scheduler_.failed(path);
  auto& source = *found;
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
    note_well("memory");
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
    give_up_handles();
    look_for_changes();
  }
  flush_commits();
  give_up_handles();
  close_idle_sessions(open_limits_.idle);
  const bool was_much = counters_.steps - steps_before >= kManySteps;
  if (was_much && input_.give_back_memory) input_.give_back_memory();
  end_power_loss();
  write_status();
}

// A request is carried out in parts too: what comes live in other sessions comes between them. The
// session itself has no other step meanwhile.
void Daemon::make_way(const LiveSession& busy) {
  const bool goes_on = !busy.dirty.empty() || busy.has_more;
  if (!goes_on || input_.purpose != DaemonPurpose::kWatch) return;
  flush_commits();
  look_for_changes();
  const std::string session_id = busy.session.ref.session_id;
  for (int steps = 0; steps < kMostSteps; ++steps) {
    const auto next = scheduler_.next(Urgency::kLive);
    if (!next) return;
    if (next->starts_with(session_id)) {
      return scheduler_.more(
          *next, {.urgency = Urgency::kLive, .recency = busy.session.newest_mtime_ns()});
    }
    run_task(*next);
  }
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

}  // namespace kato
