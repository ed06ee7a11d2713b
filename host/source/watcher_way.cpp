// The part of the watcher that finds the way to the roots, and knows when it leads elsewhere.
#include "host/io/files.h"
#include "host/source/watcher.h"

namespace kato {
namespace {

// Folders that come into being while their watch is set are looked for again, but not for ever.
constexpr int kMaxLooks = 64;

bool is_link(FileSystem& files, const std::string& path) {
  const auto info = files.link_info(path);
  return info && info->type == FileType::kSymlink;
}

}  // namespace

// A link on the way may be exchanged for another one: that is an arrival in the folder it lies in.
void SourceWatcher::watch_above(const std::string& folder) {
  for (std::string below = folder; below != "/";) {
    const auto above = parent_folder(below);
    watch(above, is_link(files_, below) ? WatchScope::kArrivals : WatchScope::kItself);
    below = above;
  }
}

// Watches all folders above `path`, also those that links lead to, and returns the deepest one that
// exists.
std::string SourceWatcher::watch_way_to(const std::string& path) {
  std::string deepest = path;
  while (deepest != "/") {
    const auto info = files_.info(deepest);
    if (info && info->type == FileType::kDirectory) break;
    if (!info) note_failure(info.error());
    deepest = parent_folder(deepest);
  }
  if (deepest != path) watch(deepest, WatchScope::kArrivals);
  watch_above(deepest);
  const auto canonical = files_.canonical(deepest);
  if (canonical && *canonical != deepest) watch_above(*canonical);
  return deepest;
}

void SourceWatcher::await_root(Root& root) {
  std::string last;
  for (int looks = 0; looks < kMaxLooks; ++looks) {
    const auto deepest = watch_way_to(root.path);
    const auto info = files_.info(root.path);
    root.exists = deepest == root.path && info;
    if (root.exists) root.id = info->id;
    // The next folder may have come just before the watch was set.
    if (root.exists || deepest == last) break;
    last = deepest;
  }
  root.hangs = !root.exists && hangs_behind_link(root.path);
}

// Where a link leads nowhere, nothing tells when that comes: a disk that is mounted, for one.
bool SourceWatcher::hangs_behind_link(const std::string& path) const {
  for (std::string at = path; at != "/"; at = parent_folder(at)) {
    if (files_.info(at)) return false;
    if (is_link(files_, at)) return true;
  }
  return false;
}

bool SourceWatcher::leads_elsewhere(const Root& root) const {
  const auto info = files_.info(root.path);
  return info ? info->id != root.id : info.error().code() == ErrorCode::kNotFound;
}

void SourceWatcher::look_for_roots(Findings& findings) {
  for (auto& root : roots_) {
    if (root.exists && leads_elsewhere(root)) folder_went(root.path, findings);
    if (root.exists) continue;
    await_root(root);
    if (root.exists) report_walk(root, {}, findings);
  }
}

}  // namespace kato
