// The file system of one process on a simulated disk: counts its calls, lets them fail as planned,
// and lets the process die in the middle of one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "host/io/file_system.h"

#include "tests/simulation/sim_disk.h"

namespace kato::simulation {

enum class FaultKind : uint8_t {
  kKill,         // the process is dead; an append is cut by `torn_percent`
  kDiskFull,     // appends write a part, nothing is made
  kInputOutput,  // EIO from everything
  kReadErrors,   // EIO from reading
  kShortReads,   // logs and destinations are cut while they are read, and are whole again at once
  kNoHandles,    // EMFILE
  kReadOnly,     // EROFS from every change below `below`
  kNoSync,       // EIO from syncing
};

// Calls [first, first + calls) fail. Only those that concern paths that begin with `below`.
struct Fault {
  FaultKind kind = FaultKind::kKill;
  uint64_t first = 0;
  uint64_t calls = 1;
  uint32_t torn_percent = 50;
  std::string below;
};

enum class CallKind : uint8_t { kLook, kOpen, kMake, kRead, kWrite, kChange, kSync };

// What all processes of one machine share.
struct Machine {
  SimDisk& disk;
  FileSystem& real;           // where the plugins are
  std::string plugin_folder;  // read from the real file system
  std::map<std::string, std::weak_ptr<int>> locks;
  // Every path that a process wrote to, made, renamed or removed, in short form.
  std::function<void(const std::string& path)> on_write;
};

class SimFileSystem final : public FileSystem {
 public:
  explicit SimFileSystem(Machine& machine) : machine_(machine) {}

  std::vector<Fault> faults;
  // Breaks what a file system must hold to.
  bool ignores_syncs = false;
  bool forgets_metas = false;  // renames to "*.meta.json" do nothing
  // Asked before each call with its number; what it does has happened when the call begins.
  std::function<void(uint64_t call)> before_call;
  // Told of each call, for traces.
  std::function<void(uint64_t call, const std::string& what, const std::string& path, int error)>
      after_call;

  [[nodiscard]] uint64_t calls() const { return calls_; }
  // Calls that failed, or were cut short, as planned.
  [[nodiscard]] uint64_t hits() const { return hits_; }
  [[nodiscard]] bool is_dead() const { return dead_; }
  // From now on the process is dead at the call behind so many: it does not come to rest.
  void limit_calls(uint64_t most) { last_call_ = calls_ + most; }
  [[nodiscard]] bool is_restless() const { return is_restless_; }
  void kill() { dead_ = true; }

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Result<std::unique_ptr<File>> open_beneath(const std::string& root, const std::string& relative,
                                             OpenMode mode) override;
  Result<FileInfo> info(const std::string& path) override;
  Result<FileInfo> link_info(const std::string& path) override;
  std::optional<int64_t> birth_ns(const std::string& path) override;
  Result<std::vector<DirectoryEntry>> list(const std::string& folder) override;
  Result<std::string> canonical(const std::string& path) override;
  Status make_folders(const std::string& folder, uint32_t mode) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status exchange(const std::string& one, const std::string& other) override;
  Status remove(const std::string& path) override;
  Status sync_folder(const std::string& folder) override;
  Status sync_disk(const std::string& folder) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;

 private:
  friend class SimFile;
  struct Call {
    int error = 0;
    bool dies = false;
    bool is_short = false;
    uint32_t torn_percent = 0;
  };
  // What others do before this call happens.
  void arrive();
  // Begins a call: what is planned for it.
  Call begin(CallKind kind, const std::string& path);
  // Ends it: an errno as a failure.
  Status end(const char* what, const std::string& path, int error);
  // An agent or a person who writes the file anew, in its place.
  void write_anew(const std::string& path) { machine_.disk.touch(path); }
  [[nodiscard]] bool is_real(const std::string& path) const;
  Result<std::unique_ptr<File>> open_node(const Place& place, const std::string& path,
                                          OpenMode mode);
  Result<FileInfo> look(const std::string& path, bool follow);

  Machine& machine_;
  uint64_t calls_ = 0;
  uint64_t hits_ = 0;
  bool dead_ = false;
  uint64_t last_call_ = UINT64_MAX;
  bool is_restless_ = false;
};

}  // namespace kato::simulation
