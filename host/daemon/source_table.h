// Every source file that is known, and what is new about it.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/clock.h"
#include "host/ingest/catalog.h"
#include "host/session/session_index.h"
#include "host/source/watcher.h"

namespace kato {

// What is remembered of a source between two looks.
struct KnownSource {
  FileInfo info;
  std::string session_id;                 // empty: nobody's, as far as is known
  uint64_t live_from_bytes = UINT64_MAX;  // see Arrival
  UnixMillis seen;                        // when it was first seen; 0: at the first scan
};

// What was found at one look: sources that are new or not what they were, newest first.
struct SourceNews {
  std::vector<SourceFile> changed;
  std::vector<SourceProblem> problems;
};

// [one thread at a time] Sources of all roots, watched.
class SourceTable {
 public:
  // files, clock and roots must outlive the table.
  // events: see SourceWatcher.
  SourceTable(FileSystem& files, const Clock& clock, const std::vector<Root>& roots,
              std::unique_ptr<FolderEvents> events);

  // A source as the state remembers it: it is unchanged unless its file differs.
  void restore(const IndexedSource& source, const std::string& session_id);

  // The first call sees what was there before; later ones what came while somebody watched. Never
  // waits.
  [[nodiscard]] SourceNews look();

  // Readable when look() has something to tell; -1: never.
  [[nodiscard]] int wait_fd() const { return watcher_.wait_fd(); }
  // When look() must be called though the descriptor is silent.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> due() const {
    return watcher_.due();
  }

  [[nodiscard]] KnownSource& known(const std::string& path) { return sources_[path]; }

 private:
  void scan_all(SourceNews& news);
  void take(const Root& root, const std::string& relative, size_t pattern, const FileInfo& info,
            SourceNews& news);
  void take_path(const std::string& path, SourceNews& news);

  FileSystem& files_;
  const Clock& clock_;
  const std::vector<Root>& roots_;
  SourceWatcher watcher_;
  std::map<std::string, KnownSource> sources_;
  bool scanned_ = false;
};

}  // namespace kato
