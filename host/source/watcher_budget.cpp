// The part of the watcher that shares out the watches it may use: those folders are watched in
// which something happened last, the others are polled.
#include <algorithm>

#include "host/base/hash.h"
#include "host/io/files.h"
#include "host/source/watcher.h"

namespace kato {
namespace {

// At one look. A watch costs little, but so many folders do not change at once for long.
constexpr size_t kMaxSwaps = 64;

}  // namespace

bool SourceWatcher::may_watch_more() const {
  return paths_.size() < max_watches_;
}

// Where something happened, as far as the files tell.
void SourceWatcher::note_times(const Root& root, const DiscoveryResult& found) {
  if (!over_budget_) return;
  for (const auto& source : found.sources) {
    const auto folder = folders_.find(parent_folder(join_path(root.path, source.path)));
    if (folder == folders_.end()) continue;
    folder->second.newest_ns = std::max(folder->second.newest_ns, source.info.mtime_ns);
  }
}

void SourceWatcher::note_activity(const std::string& folder) {
  if (!over_budget_) return;
  constexpr int64_t kNanosPerMilli = 1'000'000;
  const auto found = folders_.find(folder);
  if (found != folders_.end()) found->second.newest_ns = clock_.now().value * kNanosPerMilli;
}

// Gives the watches of the folders that rested longest to polled ones where more happened lately.
void SourceWatcher::share_out_watches() {
  if (!over_budget_ || !events_) return;
  using Entry = std::map<std::string, Folder>::iterator;
  std::vector<Entry> watched;
  std::vector<Entry> polled;
  for (auto entry = folders_.begin(); entry != folders_.end(); ++entry) {
    (entry->second.watch == kNoWatch ? polled : watched).push_back(entry);
  }
  const auto newest = [](const Entry& entry) { return entry->second.newest_ns; };
  std::ranges::sort(watched, {}, newest);
  std::ranges::sort(polled, std::greater{}, newest);
  const size_t most = first_sharing_ ? SIZE_MAX : kMaxSwaps;
  first_sharing_ = false;
  for (size_t i = 0; i < std::min({watched.size(), polled.size(), most}); ++i) {
    if (newest(polled[i]) <= newest(watched[i])) return;
    give_up_watch(watched[i]->first);
    const WatchId watched_now = watch(polled[i]->first, WatchScope::kContents);
    polled[i]->second.watch = watched_now;
    look_again_.push_back(polled[i]->first);  // at what happened before the watch was set
  }
}

// Without stamps the next look reports everything in it: nothing is lost in between.
void SourceWatcher::give_up_watch(const std::string& path) {
  Folder& folder = folders_.at(path);
  const WatchId given_up = std::exchange(folder.watch, kNoWatch);
  folder.stamps.clear();
  const auto paths = paths_.find(given_up);
  if (paths == paths_.end()) return;
  std::erase(paths->second, path);
  if (!paths->second.empty()) return;
  events_->unwatch(given_up);
  paths_.erase(paths);
}

void SourceWatcher::look_again(Findings& findings) {
  for (const auto& path : std::exchange(look_again_, {})) {
    const auto folder = folders_.find(path);
    if (folder == folders_.end()) continue;
    folder->second.stamps.clear();
    poll_folder(path, findings);
    const auto after = folders_.find(path);
    if (after != folders_.end() && after->second.watch != kNoWatch) after->second.stamps.clear();
  }
}

}  // namespace kato
