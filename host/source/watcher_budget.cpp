// The part of the watcher that sets watches and shares out those it may use: those folders are
// watched in which something happened last, the others are polled.
#include <algorithm>
#include <cerrno>

#include "host/base/hash.h"
#include "host/io/files.h"
#include "host/source/watcher.h"

namespace kato {
namespace {

bool is_out_of_watches(const Error& error) {
  const int number = error.errno_value();
  return number == ENOSPC || number == ENOMEM || number == EMFILE;
}

}  // namespace

Result<WatchId> SourceWatcher::try_watch(const std::string& folder, WatchScope scope) {
  auto watch = events_->watch(folder, scope);
  if (!watch) {
    if (is_out_of_watches(watch.error())) {
      over_budget_ = true;
      note_cause(watch.error().with_context(
          "the system has no watch left, so the folders that rested longest are looked at at "
          "intervals (Linux: raise fs.inotify.max_user_watches)"));
    }
    return watch;
  }
  auto& paths = paths_[*watch];
  if (std::ranges::find(paths, folder) == paths.end()) paths.push_back(folder);
  return watch;
}

WatchId SourceWatcher::watch(const std::string& folder, WatchScope scope) {
  if (!events_) return kNoWatch;
  return try_watch(folder, scope).value_or(kNoWatch);
}

void SourceWatcher::note_cause(Error cause) {
  if (!cause_) cause_since_ = clock_.now();
  cause_ = std::move(cause);
}

bool SourceWatcher::may_watch_more() const {
  return paths_.size() < max_watches_;
}

// Where something happened, as far as the files tell: also while there are watches for all, since
// the next root may need more of them than there are.
void SourceWatcher::note_times(const Root& root, const DiscoveryResult& found) {
  auto folder = folders_.end();
  for (const auto& source : found.sources) {
    const auto path = parent_folder(join_path(root.path, source.path));
    if (folder == folders_.end() || folder->first != path) folder = folders_.find(path);
    if (folder == folders_.end()) continue;
    folder->second.newest_ns = std::max(folder->second.newest_ns, source.info.mtime_ns);
  }
}

void SourceWatcher::note_activity(const std::string& folder) {
  constexpr int64_t kNanosPerMilli = 1'000'000;
  const auto found = folders_.find(folder);
  if (found != folders_.end()) found->second.newest_ns = clock_.now().value * kNanosPerMilli;
}

// Gives the watches of the folders that rested longest to polled ones where more happened lately.
void SourceWatcher::share_out_watches(size_t most) {
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
  for (size_t i = 0; i < std::min({watched.size(), polled.size(), most}); ++i) {
    if (newest(polled[i]) <= newest(watched[i])) return;
    give_up_watch(watched[i]->first);
    polled[i]->second.watch = watch(polled[i]->first, WatchScope::kContents);
    if (polled[i]->second.watch == kNoWatch) return;  // another program was faster
    look_again_.push_back(polled[i]->first);          // at what happened before the watch was set
  }
}

// Folders are watched again as soon as that can be, those first where something happened last.
void SourceWatcher::watch_polled() {
  if (!events_ || !may_watch_more()) return;
  std::vector<std::pair<int64_t, std::string>> polled;
  for (const auto& [path, folder] : folders_) {
    if (folder.watch == kNoWatch) polled.emplace_back(-folder.newest_ns, path);
  }
  std::ranges::sort(polled);
  for (const auto& [newest, path] : polled) {
    if (!may_watch_more()) return;
    const auto watched = try_watch(path, WatchScope::kContents);
    if (!watched && is_out_of_watches(watched.error())) return;
    if (!watched) continue;  // it may not be looked into
    folders_.at(path).watch = *watched;
    look_again_.push_back(path);  // at what happened before the watch was set
  }
  over_budget_ = false;
  if (!cause_) return;
  cause_.reset();
  for (const auto& root : roots_) {
    if (root.exists) watch_way_to(root.path);
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
