#include "host/source/watcher.h"

#include <algorithm>

#include "host/base/hash.h"
#include "host/io/files.h"

namespace kato {
namespace {

constexpr std::chrono::seconds kTryAgainAfter{1};
constexpr std::chrono::seconds kLongestPause{64};
// At one look. A watch costs little, but so many folders do not change at once for long.
constexpr size_t kMaxSwaps = 64;

template <class T>
std::vector<T> as_vector(const std::set<T>& from) {
  return {from.begin(), from.end()};
}

}  // namespace

SourceWatcher::SourceWatcher(FileSystem& files, const Clock& clock,
                             Result<std::unique_ptr<FolderEvents>> events, size_t max_watches)
    : files_(files),
      clock_(clock),
      events_(events ? std::move(*events) : nullptr),
      max_watches_(max_watches),
      next_poll_(clock.steady()),
      polled_(clock.now()) {
  if (events) return;
  note_cause(
      Error(events.error().code(),
            "the system does not tell what happens in folders, so they are looked at at intervals "
            "(Linux: raise fs.inotify.max_user_instances, or end programs that watch folders; "
            "then: kato config reload): " +
                events.error().message()));
}

SourceWatcher::RootIndex SourceWatcher::add_root(std::string path, SourceRules rules) {
  roots_.push_back({.path = std::move(path), .rules = std::move(rules)});
  return roots_.size() - 1;
}

int SourceWatcher::wait_fd() const {
  return events_ ? events_->wait_fd() : -1;
}

std::optional<std::chrono::steady_clock::time_point> SourceWatcher::due() const {
  if (!look_again_.empty()) return clock_.steady();
  if (!polls()) return try_again_;
  return try_again_ ? std::min(*try_again_, next_poll_) : next_poll_;
}

WatchHealth SourceWatcher::health() const {
  WatchHealth health;
  for (const auto& [path, folder] : folders_) {
    ++(folder.watch == kNoWatch ? health.polled_folders : health.watched_folders);
  }
  if (health.polled_folders > 0 || !events_) {
    health.cause = cause_;
    health.cause_since = cause_since_;
    health.poll_interval = poll_interval_;
  }
  return health;
}

// ---- Setting watches -------------------------------------------------------------------------

void SourceWatcher::enter(const std::string& folder) {
  const auto known = folders_.find(folder);
  const bool is_watched = known != folders_.end() && known->second.watch != kNoWatch;
  const bool has_room = is_watched || may_watch_more();
  if (!has_room && events_) {
    over_budget_ = true;
    note_cause(Error(ErrorCode::kRefused,
                     fmt::format("more folders than the {} that may be watched, so those that "
                                 "rested longest are looked at at intervals (Linux: raise "
                                 "fs.inotify.max_user_watches)",
                                 max_watches_)));
  }
  const WatchId watched = has_room ? watch(folder, WatchScope::kContents) : kNoWatch;
  auto stamps = watched == kNoWatch ? look_into(folder) : Result<Stamps>();
  if (!stamps && stamps.error().code() == ErrorCode::kNotFound) return;
  auto& entered = folders_[folder];
  entered.seen_in_scan = scan_;
  entered.watch = watched;
  entered.is_readable = stamps.has_value();
  // What a polled folder was like before stays what it is compared with.
  if (watched != kNoWatch || entered.stamps.empty()) entered.stamps = stamps.value_or(Stamps());
}

DiscoveryResult SourceWatcher::walk(const Root& root, std::string_view below) {
  auto found = discover(files_, root.path, root.rules, below,
                        [this](const std::string& folder) { enter(folder); });
  note_times(root, found);
  for (const auto& problem : found.problems) {
    note_failure(problem.error);
  }
  return found;
}

// All is scanned again when the disk may be well, at longer intervals the longer it is not.
void SourceWatcher::note_failure(const Error& error) {
  if (try_again_ || !is_passing(error)) return;
  try_again_ = clock_.steady() + try_again_after_;
  try_again_after_ = std::min(2 * try_again_after_, kLongestPause);
}

DiscoveryResult SourceWatcher::scan(RootIndex index) {
  auto& root = roots_[index];
  await_root(root);
  ++scan_;
  auto result = walk(root, {});
  if (result.folder_exists != root.exists) await_root(root);
  forget_unseen(root.path);
  share_out_watches(SIZE_MAX);
  return result;
}

void SourceWatcher::forget_unseen(const std::string& root) {
  std::vector<std::string> unseen;
  for (const auto& [path, folder] : folders_) {
    if (folder.seen_in_scan != scan_ && is_at_or_below(path, root)) unseen.push_back(path);
  }
  for (const auto& path : unseen) {
    const auto info = files_.info(path);
    if (!info && !is_passing(info.error())) forget_below(path);
  }
}

// The watches of a folder that was renamed go with it, so they are given up.
void SourceWatcher::forget_below(const std::string& folder) {
  std::erase_if(folders_, [&](const auto& known) { return is_at_or_below(known.first, folder); });
  for (auto watched = paths_.begin(); watched != paths_.end();) {
    auto& paths = watched->second;
    std::erase_if(paths, [&](const std::string& path) { return is_at_or_below(path, folder); });
    if (!paths.empty()) {
      ++watched;
      continue;
    }
    events_->unwatch(watched->first);
    watched = paths_.erase(watched);
  }
}

// ---- What happens ----------------------------------------------------------------------------

WatchReport SourceWatcher::collect() {
  Findings findings;
  const auto now = clock_.now();
  const bool polls_now = polls();
  const auto since = polls_now ? std::min(now, polled_) : now;
  std::vector<FolderEvent> events;
  if (events_) {
    if (auto taken = events_->take(events); !taken) {
      findings.problems.push_back({"", taken.error()});
      findings.rescan = true;
    }
  }
  for (const auto& event : events) {
    handle(event, findings);
  }
  look_again(findings);
  if (!try_again_) try_again_after_ = kTryAgainAfter;
  if (try_again_ && clock_.steady() >= *try_again_) {
    try_again_.reset();
    findings.rescan = true;
  }
  const bool is_due = polls() && clock_.steady() >= next_poll_;
  if (is_due) {
    poll(findings);
    share_out_watches(kMaxSwaps);
  }
  if (is_due || !polls_now) polled_ = now;
  if (std::exchange(roots_moved_, false)) look_for_roots(findings);
  return {.files = as_vector(findings.files),
          .since = since,
          .gone_folders = as_vector(findings.gone_folders),
          .problems = std::move(findings.problems),
          .walked = std::move(findings.walked),
          .rescan = findings.rescan,
          .health_changed = std::exchange(told_cause_, cause_.has_value()) != told_cause_};
}

void SourceWatcher::handle(const FolderEvent& event, Findings& findings) {
  if (event.kind == FolderEventKind::kOverflow) {
    findings.rescan = true;
    roots_moved_ = true;
    return;
  }
  if (event.kind == FolderEventKind::kEnded) return end_watch(event.watch);
  const auto found = paths_.find(event.watch);
  if (found == paths_.end()) return;
  const auto paths = found->second;
  for (const auto& path : paths) {
    handle_at(event, event.name.empty() ? path : join_path(path, event.name), findings);
  }
}

void SourceWatcher::handle_at(const FolderEvent& event, const std::string& path,
                              Findings& findings) {
  switch (event.kind) {
    case FolderEventKind::kFile:
      if (folders_.contains(parent_folder(path))) {
        findings.files.insert(path);
        note_activity(parent_folder(path));
      } else {
        roots_moved_ = true;  // it may be a link to a folder, on the way to a root
      }
      return;
    case FolderEventKind::kFolderCame:
      return folder_came(path, findings);
    case FolderEventKind::kFolderWent:
    case FolderEventKind::kSelfWent:
      return folder_went(path, findings);
    default:
      return;
  }
}

void SourceWatcher::end_watch(WatchId watch) {
  const auto ended = paths_.extract(watch);
  if (ended.empty()) return;
  for (const auto& path : ended.mapped()) {
    const auto folder = folders_.find(path);
    if (folder != folders_.end() && folder->second.watch == watch) folders_.erase(folder);
  }
  roots_moved_ = true;
}

void SourceWatcher::folder_came(const std::string& path, Findings& findings) {
  roots_moved_ = true;
  for (const auto& root : roots_) {
    if (!root.exists || !is_at_or_below(path, root.path)) continue;
    const auto below = std::string_view(path).substr(root.path.size());
    report_walk(root, below.empty() ? below : below.substr(1), findings);
  }
}

void SourceWatcher::folder_went(const std::string& path, Findings& findings) {
  const bool mattered = folders_.contains(path);
  forget_below(path);
  if (mattered) {
    findings.gone_folders.insert(path);
  } else if (!findings.gone_folders.contains(path)) {
    findings.files.insert(path);  // it may have stood in a log's place
    roots_moved_ = true;          // or on the way to a root, behind a link
  }
  for (auto& root : roots_) {
    if (!root.exists || !is_at_or_below(root.path, path)) continue;
    root.exists = false;
    roots_moved_ = true;
    findings.gone_folders.insert(root.path);
  }
}

void SourceWatcher::report_walk(const Root& root, std::string_view below, Findings& findings) {
  auto result = walk(root, below);
  for (const auto& source : result.sources) {
    findings.files.insert(join_path(root.path, source.path));
  }
  std::ranges::move(result.problems, std::back_inserter(findings.problems));
  findings.walked.push_back(below.empty() ? root.path : join_path(root.path, std::string(below)));
}

}  // namespace kato
