// Every source file that is known, and what is new about it.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "host/base/clock.h"
#include "host/daemon/watch_begin.h"
#include "host/ingest/catalog.h"
#include "host/ingest/root.h"
#include "host/io/file_system.h"
#include "host/session/session_index.h"
#include "host/source/watcher.h"

namespace kato {

// What is remembered of a source between two looks.
struct KnownSource {
  uint64_t stamp = 0;  // of the file as it was last found; 0: it is to be looked at again
  uint64_t size_bytes = 0;
  uint64_t live_from_bytes = UINT64_MAX;  // see Arrival; never of what is packed
  UnixMillis came_since;                  // it was not there before; 0: seen at the first scan
  bool missing = false;                   // it was there, and is no more
  bool was_read = false;                  // to its end, since the start
};

// What was found at one look.
struct SourceNews {
  std::vector<SourceFile> changed;        // new, or not what they were; newest first
  std::vector<std::string> vanished;      // paths of sources that were there
  std::vector<std::string> gone_folders;  // that held sources, or folders that do
  std::vector<SourceProblem> problems;
  std::vector<std::string> recovered;  // paths of which a problem was told that is over
  bool health_changed = false;         // see WatchReport
};

// [one thread at a time] Sources of all roots, watched. Some 100 bytes for each.
class SourceTable {
 public:
  // All must outlive the table. index: what the state knows; a source that is there just as its
  // session's last commit knew it is no news. events: see SourceWatcher. begin: what was written
  // before is history, also where it comes into a root later.
  SourceTable(FileSystem& files, const Clock& clock, const std::vector<Root>& roots,
              SessionIndex& index, Result<std::unique_ptr<FolderEvents>> events,
              const WatchBegin& begin);

  // What another table knew of the sources, before the first look.
  void take_over(SourceTable&& other);

  // The first call sees what was there before; later ones what came while somebody watched. Never
  // waits.
  [[nodiscard]] SourceNews look();

  // Readable when look() has something to tell; -1: never.
  [[nodiscard]] int wait_fd() const { return watcher_.wait_fd(); }
  // When look() must be called though the descriptor is silent.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> due() const;
  [[nodiscard]] WatchHealth health() const { return watcher_.health(); }

  [[nodiscard]] KnownSource& known(const std::string& path);
  // nullptr: it was never seen.
  [[nodiscard]] const KnownSource* find_known(const std::string& path) const;
  // The same file is now found there: it was renamed.
  void moved(const std::string& from, const std::string& to);
  // A file that lies in no root is looked at now and then, from the next look() on, or it no longer
  // is; find() knows it from now on in any case.
  void follow(const SourceFile& outside);
  void rest(const std::string& outside);
  [[nodiscard]] bool is_in_root(const std::string& path) const {
    return source_in_root(path).has_value();
  }
  // The path as a source of its root, if it lies in one, or as one that was followed. `info` is
  // empty if there is no such file. An error may pass.
  [[nodiscard]] Result<std::optional<SourceFile>> find(const std::string& path) const;
  // The same without a look at the disk: `info` is empty.
  [[nodiscard]] std::optional<SourceFile> source_at(const std::string& path) const;

  [[nodiscard]] size_t size() const noexcept { return sources_.size(); }
  [[nodiscard]] size_t missing_count() const noexcept { return missing_; }
  // By how much sources grew while they were watched.
  [[nodiscard]] uint64_t grown_bytes() const noexcept { return grown_bytes_; }

 private:
  // What was looked at anew.
  struct Looked {
    std::vector<std::string> paths;
    std::vector<std::string> folders;  // with all below them
    bool all = false;
  };
  void scan_all(SourceNews& news);
  void take(SourceFile source, SourceNews& news);
  void take_path(const std::string& path, SourceNews& news);
  void take_unclear(Looked& looked, SourceNews& news);
  void settle_troubles(const Looked& looked, SourceNews& news);
  [[nodiscard]] bool was_there_perhaps(const std::string& path) const;
  [[nodiscard]] UnixMillis came_since(const std::string& path) const;
  void take_outside(Looked& looked, SourceNews& news);
  [[nodiscard]] std::optional<SourceFile> source_in_root(const std::string& path) const;
  void take_gone_folders(SourceNews& news);
  void take_loss(const std::string& path, SourceNews& news);

  FileSystem& files_;
  const Clock& clock_;
  const std::vector<Root>& roots_;
  SessionIndex& index_;
  WatchBegin begin_;
  SourceWatcher watcher_;
  std::unordered_map<uint64_t, KnownSource> sources_;  // by hash of the path
  bool scanned_ = false;
  UnixMillis since_;  // what is found to be new was not there before
  // Could be looked into neither at the last scan nor since: what is found there was perhaps there
  // before.
  std::vector<std::string> unseen_;
  // Paths that could not be looked at, though a file may be there, and when to try again.
  std::set<std::string> unclear_;
  std::chrono::steady_clock::time_point unclear_due_;
  std::map<std::string, SourceFile> outside_;  // by path; that were followed ever
  std::set<std::string> followed_;             // those of them that are
  std::chrono::steady_clock::time_point outside_due_;
  // Paths of which a problem was told that is not over, and when it was told first.
  std::map<std::string, UnixMillis> troubled_;
  size_t missing_ = 0;
  uint64_t grown_bytes_ = 0;
};

}  // namespace kato
