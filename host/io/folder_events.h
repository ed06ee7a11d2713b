// What happens in folders, as the operating system tells it: inotify on Linux. Where there is
// nothing of the kind, folders are looked at again and again instead (host/source/watcher.h).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/base/error.h"
#include "host/io/file_system.h"

namespace kato {

// One for each folder, however often and under whatever path it is watched.
using WatchId = int32_t;
inline constexpr WatchId kNoWatch = -1;

enum class WatchScope : uint8_t {
  kContents,  // what happens to the files and folders directly in it, and to itself
  kArrivals,  // what appears in it, and what happens to itself
  kItself,    // its being renamed or removed
};

enum class FolderEventKind : uint8_t {
  kFile,        // a file was written, made, renamed, removed, or its rights changed
  kFolderCame,  // a folder appeared, or its rights changed
  kFolderWent,  // a folder was renamed or removed
  kSelfWent,    // the watched folder itself was
  kEnded,       // the watch is over; its id may come again for another folder
  kOverflow,    // events were lost; of no watch
};

struct FolderEvent {
  FolderEventKind kind = FolderEventKind::kOverflow;
  WatchId watch = kNoWatch;
  std::string name;  // within the watched folder; empty: the folder itself
};

// [one thread at a time]
class FolderEvents {
 public:
  FolderEvents() = default;
  FolderEvents(const FolderEvents&) = delete;
  FolderEvents& operator=(const FolderEvents&) = delete;
  FolderEvents(FolderEvents&&) = delete;
  FolderEvents& operator=(FolderEvents&&) = delete;
  virtual ~FolderEvents() = default;

  // Watching a folder again adds to its scope. errno_value() ENOSPC: the limit of watches is
  // reached.
  virtual Result<WatchId> watch(const std::string& folder, WatchScope scope) = 0;
  virtual void unwatch(WatchId watch) = 0;
  // Readable when there is something to take; never blocks.
  [[nodiscard]] virtual int wait_fd() const = 0;
  // Appends what has happened since the last call.
  virtual Status take(std::vector<FolderEvent>& events) = 0;
};

// How many folders one process should watch: half of what the system grants its user, so that
// others have some too. No limit where none is known.
[[nodiscard]] size_t max_folder_watches(FileSystem& files);

// kIo: the system has no more of them to give (EMFILE) or none at all.
[[nodiscard]] Result<std::unique_ptr<FolderEvents>> make_folder_events();

}  // namespace kato
