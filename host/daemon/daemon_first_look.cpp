// The first look at the roots may find thousands of files that the state does not know. Whose they
// are is found out between the steps, the newest first; what comes live does not wait for that, and
// old conversations do.
//
// A session that is at work meanwhile may have files that are not known to be its own yet. So its
// first sight, by which the age of a command counts, lasts until all of them are.
#include <algorithm>

#include "host/daemon/daemon.h"
#include "host/daemon/daemon_wiring.h"

namespace kato {
namespace {

constexpr size_t kMostAtOnce = 256;

}  // namespace

void Daemon::put_off(std::vector<SourceFile>& changed) {
  if (!std::exchange(first_look_, false) || changed.size() <= kMostAtOnce) return;
  const auto later = changed.begin() + kMostAtOnce;
  for (auto source = later; source != changed.end(); ++source) {
    unidentified_.push_back(std::move(source->path));
  }
  std::ranges::reverse(unidentified_);
  changed.erase(later, changed.end());
}

void Daemon::identify(size_t most) {
  if (unidentified_.empty()) return;
  for (; most > 0 && !unidentified_.empty(); --most) {
    const auto path = std::move(unidentified_.back());
    unidentified_.pop_back();
    if (wiring_->live.has(path)) continue;  // it changed meanwhile
    auto found = wiring_->table.find(path);
    if (!found) {
      try_again(path);
      continue;
    }
    auto& source = *found;
    if (source && source->info.type == FileType::kRegular) take_or_try_again(std::move(*source));
  }
  if (!unidentified_.empty()) return;
  unidentified_.shrink_to_fit();
  end_first_sights();
}

void Daemon::end_first_sights() {
  for (const auto& [session_id, live] : wiring_->live.all()) {
    if (!std::exchange(live->awaits_others, false)) continue;
    for (const auto& source : live->session.sources) {
      if (source.file.info.type == FileType::kRegular) live->dirty.insert(source.file.path);
    }
    scheduler_.mark(session_id,
                    {.urgency = Urgency::kLive, .recency = live->session.newest_mtime_ns()});
  }
}

}  // namespace kato
