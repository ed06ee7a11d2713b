// Notices what happens below the roots.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "host/base/clock.h"
#include "host/io/file_system.h"
#include "host/io/folder_events.h"
#include "host/source/discovery.h"
#include "host/source/source_rule.h"

namespace kato {

// What has happened. Paths are absolute, each once, in order.
struct WatchReport {
  // Files that were written, made, renamed or removed. Those that match no rule may be among them.
  std::vector<std::string> files;
  // What is new came at this moment or later: where folders are polled, they were looked into then.
  UnixMillis since;
  // Folders that are no longer there under that name: what was below them is gone or elsewhere.
  std::vector<std::string> gone_folders;
  std::vector<DiscoveryProblem> problems;
  // Folders in and below which all was looked at anew: of what was wrong there, only what is among
  // the problems still is.
  std::vector<std::string> walked;
  // Something was lost: all roots must be scanned again.
  bool rescan = false;
  // Folders are polled for want of watches, or no longer are.
  bool health_changed = false;
};

// How it is done, for `status` and `doctor`.
struct WatchHealth {
  size_t watched_folders = 0;
  size_t polled_folders = 0;
  std::optional<Error> cause;                  // why folders are polled, and the remedy
  UnixMillis cause_since;                      // if there is one
  std::chrono::milliseconds poll_interval{0};  // at which that is done; 0: nothing is polled
};

// [one thread at a time] Watches folders, never single files. A folder is watched before it is
// listed, so nothing that is made in between is missed. Folders for which there is no watch left,
// those that rested longest, and all folders where the system has no such thing, are looked at at
// intervals instead.
//
// Roots that do not exist yet are waited for at the nearest folder above them that does, or looked
// for at intervals behind a link that leads nowhere. A root that is renamed or removed is reported
// gone and waited for again, and so is one whose path leads to another folder since a link on it
// was exchanged.
class SourceWatcher {
 public:
  // Files and clock must outlive the watcher. events: nullptr if there is nothing of the kind; an
  // error, which health() tells, if there should be. max_watches: how many of them may be used.
  SourceWatcher(FileSystem& files, const Clock& clock, Result<std::unique_ptr<FolderEvents>> events,
                size_t max_watches = SIZE_MAX);

  using RootIndex = size_t;
  // path: absolute, as normal_path gives it. Nothing is watched before the first scan.
  RootIndex add_root(std::string path, SourceRules rules);

  // Finds all sources of the root, and watches its folders from before they are listed.
  [[nodiscard]] DiscoveryResult scan(RootIndex root);

  // Readable when collect() has something to tell; -1: never.
  [[nodiscard]] int wait_fd() const;
  // When collect() must be called though the descriptor is silent; nothing: never.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> due() const;
  // Never blocks.
  [[nodiscard]] WatchReport collect();

  [[nodiscard]] WatchHealth health() const;

 private:
  struct Root {
    std::string path;
    SourceRules rules;
    bool exists = false;
    FileId id = {};      // of the folder that the path led to, if it exists
    bool hangs = false;  // behind a link that leads nowhere
  };
  struct Folder {
    WatchId watch = kNoWatch;  // kNoWatch: polled
    uint64_t seen_in_scan = 0;
    std::map<std::string, uint64_t> stamps;  // of a polled one, as it was last found
    int64_t newest_ns = 0;                   // when something last happened, if that matters
    bool is_readable = true;                 // of a polled one, when it was last looked into
  };
  struct Findings {
    std::set<std::string> files;
    std::set<std::string> gone_folders;
    std::vector<DiscoveryProblem> problems;
    std::vector<std::string> walked;
    bool rescan = false;
  };

  Result<WatchId> try_watch(const std::string& folder, WatchScope scope);
  WatchId watch(const std::string& folder, WatchScope scope);
  void await_root(Root& root);
  std::string watch_way_to(const std::string& path);
  void watch_above(const std::string& folder);
  [[nodiscard]] bool hangs_behind_link(const std::string& path) const;
  [[nodiscard]] bool leads_elsewhere(const Root& root) const;
  void enter(const std::string& folder);
  DiscoveryResult walk(const Root& root, std::string_view below);
  void note_failure(const Error& error);
  void note_cause(Error cause);
  void forget_below(const std::string& folder);
  void forget_unseen(const std::string& root);

  void handle(const FolderEvent& event, Findings& findings);
  void handle_at(const FolderEvent& event, const std::string& path, Findings& findings);
  void end_watch(WatchId watch);
  void folder_came(const std::string& path, Findings& findings);
  void folder_went(const std::string& path, Findings& findings);
  void report_walk(const Root& root, std::string_view below, Findings& findings);
  void look_for_roots(Findings& findings);

  [[nodiscard]] bool may_watch_more() const;
  void note_times(const Root& root, const DiscoveryResult& found);
  void note_activity(const std::string& folder);
  void share_out_watches(size_t most);
  void give_up_watch(const std::string& path);
  void watch_polled();
  void look_again(Findings& findings);

  using Stamps = std::map<std::string, uint64_t>;  // name: what a file looked like; 0 for folders
  [[nodiscard]] bool polls() const;
  void poll(Findings& findings);
  void poll_folder(const std::string& path, Findings& findings);
  Result<Stamps> look_into(const std::string& folder);
  [[nodiscard]] bool is_wanted(const std::string& path) const;

  FileSystem& files_;
  const Clock& clock_;
  std::unique_ptr<FolderEvents> events_;
  std::vector<Root> roots_;
  std::map<std::string, Folder> folders_;  // those with contents that matter, by path
  // A folder may be watched under several paths. With those above the roots.
  std::unordered_map<WatchId, std::vector<std::string>> paths_;
  size_t max_watches_;
  bool over_budget_ = false;
  std::vector<std::string> look_again_;  // folders that are watched since they were listed
  uint64_t scan_ = 0;
  std::optional<Error> cause_;
  UnixMillis cause_since_;
  bool told_cause_ = false;
  bool roots_moved_ = false;  // something came or went on the way to a root
  // Of folders that a disk which failed for a moment kept from being looked into.
  std::optional<std::chrono::steady_clock::time_point> try_again_;
  std::chrono::seconds try_again_after_{1};
  std::chrono::steady_clock::time_point next_poll_;
  UnixMillis polled_;  // when nothing had come that is not reported yet
  std::chrono::milliseconds poll_interval_{1000};
};

}  // namespace kato
