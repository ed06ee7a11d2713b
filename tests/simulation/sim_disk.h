// A disk in memory that knows what of it would survive a power failure.
//
// Every file and folder has two states: as processes see it, and as it stands on the disk. A change
// goes into the first at once and into the second when it is synced, or at a power failure by
// chance: then each file and each folder keeps a beginning of its unsynced changes, the last one
// possibly torn.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/clock.h"
#include "host/io/file_system.h"

#include "tests/simulation/random.h"

namespace kato::simulation {

struct Inode;
using InodePtr = std::shared_ptr<Inode>;

// A change of a file that is not synced: `bytes` appended, or cut to `size`, or written out again.
struct DataChange {
  uint64_t order = 0;
  std::optional<uint64_t> truncated_to;
  std::string bytes;
  bool is_given_up = false;          // a sync failed: it is as long as it is, and reads as nothing
  std::optional<std::string> whole;  // all that the file holds; not torn
};

// A change of a folder that is not synced: names that now mean these, or nothing.
struct EntryChange {
  uint64_t order = 0;
  std::vector<std::pair<std::string, InodePtr>> entries;
};

struct Inode {
  uint64_t number = 0;
  FileType type = FileType::kRegular;
  uint32_t mode = 0;
  int64_t mtime_ns = 0;
  int64_t birth_ns = 0;
  uint32_t links = 0;
  std::string data;  // content; of a link, where it leads
  std::map<std::string, InodePtr, std::less<>> entries;

  std::string durable_data;
  std::map<std::string, InodePtr, std::less<>> durable_entries;
  std::vector<DataChange> unsynced_data;
  std::vector<EntryChange> unsynced_entries;
};

// How a file system treats what was not synced when the power fails.
enum class PowerLossOrder : uint8_t {
  kByTime,    // what came first is kept first, over all files
  kAnyOrder,  // each file and each folder by itself
};

enum class DiskEventKind : uint8_t { kChanged, kMade, kRemoved, kMovedAway, kMovedHere, kSelfWent };

// What happened to the entry `name` of `folder`; of kSelfWent, to the folder itself.
struct DiskEvent {
  DiskEventKind kind = DiskEventKind::kChanged;
  uint64_t folder = 0;  // its inode's number
  std::string name;
  bool is_folder = false;
};

// Where a path leads. `node` is null if there is nothing of the last name.
struct Place {
  InodePtr folder;
  std::string name;
  InodePtr node;
};

class SimDisk {
 public:
  explicit SimDisk(const Clock& clock);

  // ---- As processes do it. Errors are errno values; 0 is success.
  // follow: whether a link at the end is followed.
  int find(const std::string& path, bool follow, Place& place) const;
  int make_file(const Place& place, uint32_t mode, InodePtr& made);
  int make_folder(const std::string& path, uint32_t mode);
  void append(const InodePtr& file, std::string_view bytes);
  void truncate(const InodePtr& file, uint64_t size);
  int rename(const std::string& from, const std::string& to);
  int exchange(const std::string& one, const std::string& other);
  int remove(const std::string& path);
  static void sync(Inode& node);
  // A sync failed: what was to be written is not written by later ones either, although processes
  // still read it. What was written out again is.
  static void give_up(Inode& node);
  void write_again(Inode& node);
  void sync_all();
  [[nodiscard]] std::optional<std::string> canonical(const std::string& path) const;

  // ---- As people and agents do it: what they write is on the disk at once.
  void put_folder(const std::string& path);
  // Makes the folders above too.
  void put(const std::string& path, std::string_view content);
  // Another file in its place, as editors do it.
  void put_by_rename(const std::string& path, std::string_view content);
  void put_more(const std::string& path, std::string_view bytes);
  void put_link(const std::string& path, const std::string& target);
  void drop(const std::string& path);
  void move(const std::string& from, const std::string& to);
  void touch(const std::string& path);
  [[nodiscard]] std::optional<std::string> content(const std::string& path) const;
  // Paths of all regular files and links below a folder, in order.
  [[nodiscard]] std::vector<std::string> files_below(const std::string& folder) const;

  // What a file holds after a change of it reached the disk.
  static void apply(const DataChange& change, std::string& data);

  // The machine is off and on again.
  void lose_power(Random& random, PowerLossOrder order);

  // What people and agents write does not reach the disk before what was changed earlier.
  bool keeps_order = false;
  // Told of everything that happens. One at most.
  std::function<void(const DiskEvent&)> listener;

 private:
  InodePtr make_node(FileType type, uint32_t mode);
  void set_entries(const InodePtr& folder, std::vector<std::pair<std::string, InodePtr>> entries);
  void sync_way_to(const std::string& path);
  void tell(DiskEventKind kind, const InodePtr& folder, const std::string& name, bool is_folder);
  int walk(const std::string& path, bool follow, int depth, Place& place,
           std::string* canonical) const;
  int64_t next_mtime();

  const Clock& clock_;
  InodePtr root_;
  uint64_t next_inode_ = 1;
  uint64_t order_ = 0;
  uint64_t ticks_ = 0;
  std::map<uint64_t, std::weak_ptr<Inode>> nodes_;  // by number
};

}  // namespace kato::simulation
