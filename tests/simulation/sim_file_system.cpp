#include "tests/simulation/sim_file_system.h"

#include <algorithm>
#include <cerrno>
#include <unistd.h>

#include "host/io/files.h"

namespace kato::simulation {
namespace {

constexpr uint32_t kPrivateMode = 0600;

FileInfo info_of(const Inode& node) {
  return {.type = node.type,
          .id = {.device = 1, .inode = node.number},
          .size_bytes = node.data.size(),
          .mtime_ns = node.mtime_ns,
          .mode = node.mode,
          .link_count = node.links,
          .owner_uid = ::geteuid(),
          .owner_gid = ::getegid()};
}

bool is_change(CallKind kind) {
  return kind == CallKind::kMake || kind == CallKind::kWrite || kind == CallKind::kChange;
}

// The errno that a fault gives to a call of that kind; 0: it does not concern it.
int error_of(FaultKind fault, CallKind kind) {
  switch (fault) {
    case FaultKind::kKill:
      return EIO;
    case FaultKind::kDiskFull:
      return kind == CallKind::kMake || kind == CallKind::kWrite ? ENOSPC : 0;
    case FaultKind::kInputOutput:
      return EIO;
    case FaultKind::kReadErrors:
      return kind == CallKind::kRead ? EIO : 0;
    case FaultKind::kShortReads:
      return 0;
    case FaultKind::kNoHandles:
      return kind == CallKind::kOpen || kind == CallKind::kMake ? EMFILE : 0;
    case FaultKind::kReadOnly:
      return is_change(kind) ? EROFS : 0;
    case FaultKind::kNoSync:
      return kind == CallKind::kSync ? EIO : 0;
  }
  return 0;
}

// Files that somebody else may write while Kato reads them, and that Kato looks at again then.
bool is_written_anew(const std::string& path) {
  if (path.contains("/.kato/") && !path.contains("/.kato/recordings/")) return false;
  return path.ends_with(".json") || path.ends_with(".jsonl") || path.ends_with(".md");
}

class SimLock final : public FileLock {
 public:
  explicit SimLock(std::shared_ptr<int> token) : token_(std::move(token)) {}

 private:
  std::shared_ptr<int> token_;
};

}  // namespace

class SimFile final : public File {
 public:
  SimFile(SimFileSystem& owner, InodePtr node, std::string path)
      : owner_(owner), node_(std::move(node)), path_(std::move(path)) {}

  Result<size_t> read_at(uint64_t offset_bytes, std::span<char> buffer) override {
    owner_.arrive();
    const auto call = owner_.begin(CallKind::kRead, path_);
    if (auto ended = owner_.end("read", path_, call.error); !ended) return forward(ended);
    const auto& data = node_->data;
    const uint64_t left = data.size() - std::min<uint64_t>(offset_bytes, data.size());
    size_t count = std::min<uint64_t>(buffer.size(), left);
    if (call.is_short) count /= 2;
    std::copy_n(data.data() + std::min<uint64_t>(offset_bytes, data.size()), count, buffer.data());
    if (call.is_short) owner_.write_anew(path_);
    return count;
  }

  Status append(std::string_view bytes) override {
    owner_.arrive();
    const auto call = owner_.begin(CallKind::kWrite, path_);
    if (call.error != 0) bytes = bytes.substr(0, bytes.size() * call.torn_percent / 100);
    if (!bytes.empty()) {
      owner_.machine_.on_write(path_);
      owner_.machine_.disk.append(node_, bytes);
    }
    return owner_.end("append", path_, call.error);
  }

  Status truncate(uint64_t size_bytes) override {
    owner_.arrive();
    const auto call = owner_.begin(CallKind::kChange, path_);
    if (call.error == 0) {
      owner_.machine_.on_write(path_);
      owner_.machine_.disk.truncate(node_, size_bytes);
    }
    return owner_.end("truncate", path_, call.error);
  }

  Status set_mode(uint32_t mode) override {
    owner_.arrive();
    const auto call = owner_.begin(CallKind::kChange, path_);
    if (call.error == 0) node_->mode = mode;
    return owner_.end("set mode", path_, call.error);
  }

  Status sync() override {
    owner_.arrive();
    const auto call = owner_.begin(CallKind::kSync, path_);
    if (call.error == 0 && !owner_.ignores_syncs) SimDisk::sync(*node_);
    if (call.error != 0 && !call.dies) SimDisk::give_up(*node_);
    return owner_.end("sync", path_, call.error);
  }

  Status sync_again() override {
    owner_.arrive();
    const auto call = owner_.begin(CallKind::kSync, path_);
    owner_.machine_.disk.write_again(*node_);
    if (call.error == 0 && !owner_.ignores_syncs) SimDisk::sync(*node_);
    if (call.error != 0 && !call.dies) SimDisk::give_up(*node_);
    return owner_.end("sync again", path_, call.error);
  }

  Result<FileInfo> info() override {
    if (owner_.is_dead()) return fail_errno(EIO, "look at " + path_);
    return info_of(*node_);
  }

 private:
  SimFileSystem& owner_;
  InodePtr node_;
  std::string path_;
};

// ---- Plan and account ------------------------------------------------------------------------

void SimFileSystem::arrive() {
  if (!dead_ && before_call) before_call(calls_);
}

SimFileSystem::Call SimFileSystem::begin(CallKind kind, const std::string& path) {
  Call call;
  if (dead_) {
    call.error = EIO;
    return call;
  }
  const uint64_t number = calls_++;
  if (number >= last_call_) {
    is_restless_ = true;
    dead_ = true;
    call.error = EIO;
    return call;
  }
  for (const auto& fault : faults) {
    if (number < fault.first || number - fault.first >= fault.calls) continue;
    if (!path.starts_with(fault.below)) continue;
    if (fault.kind == FaultKind::kShortReads && kind == CallKind::kRead && is_written_anew(path)) {
      call.is_short = true;
    }
    const int error = error_of(fault.kind, kind);
    if (error == 0) continue;
    call.error = error;
    call.torn_percent = fault.kind == FaultKind::kReadOnly ? 0 : fault.torn_percent;
    call.dies = fault.kind == FaultKind::kKill;
  }
  if (call.error != 0 || call.is_short) ++hits_;
  if (call.dies) dead_ = true;
  return call;
}

Status SimFileSystem::end(const char* what, const std::string& path, int error) {
  if (after_call) after_call(calls_, what, path, error);
  if (error == 0) return {};
  return fail_errno(error, std::string(what) + " " + path);
}

bool SimFileSystem::is_real(const std::string& path) const {
  return path.starts_with(machine_.plugin_folder);
}

// ---- Opening and looking ---------------------------------------------------------------------

Result<std::unique_ptr<File>> SimFileSystem::open_node(const Place& place, const std::string& path,
                                                       OpenMode mode) {
  const bool may_make = mode == OpenMode::kCreateNew || mode == OpenMode::kCreateOrAppend;
  const auto call = begin(may_make && !place.node ? CallKind::kMake : CallKind::kOpen, path);
  if (auto ended = end("open", path, call.error); !ended) return forward(ended);
  InodePtr node = place.node;
  if (node && mode == OpenMode::kCreateNew) return fail_errno(EEXIST, "open " + path);
  if (!node && !may_make) return fail_errno(ENOENT, "open " + path);
  if (!node) {
    machine_.on_write(path);
    machine_.disk.make_file(place, kPrivateMode, node);
  }
  if (node->type == FileType::kDirectory && mode != OpenMode::kRead) {
    return fail_errno(EISDIR, "open " + path);
  }
  if (node->type != FileType::kRegular) {
    return fail(ErrorCode::kInvalid, "open {}: not a regular file", path);
  }
  return std::make_unique<SimFile>(*this, std::move(node), path);
}

Result<std::unique_ptr<File>> SimFileSystem::open(const std::string& path, OpenMode mode) {
  if (is_real(path)) return machine_.real.open(path, mode);
  arrive();
  Place place;
  if (const int error = machine_.disk.find(path, true, place)) {
    begin(CallKind::kOpen, path);
    return fail_errno(error, "open " + path);
  }
  return open_node(place, path, mode);
}

// No component may be a link, and ".." may not lead out.
Result<std::unique_ptr<File>> SimFileSystem::open_beneath(const std::string& root,
                                                          const std::string& relative,
                                                          OpenMode mode) {
  const auto path = join_path(root, relative);
  arrive();
  const auto fails = [&](int error) {
    begin(CallKind::kOpen, path);
    return fail_errno(error, "open " + path);
  };
  if (relative.starts_with('/') || normal_path(relative).starts_with("..")) return fails(EXDEV);
  auto real_root = machine_.disk.canonical(root);
  if (!real_root) return fails(ENOENT);
  for (size_t slash = 0; slash != std::string::npos;) {
    slash = relative.find('/', slash + 1);
    Place place;
    const auto part = join_path(*real_root, relative.substr(0, slash));
    if (const int error = machine_.disk.find(part, false, place)) return fails(error);
    if (place.node && place.node->type == FileType::kSymlink) return fails(ELOOP);
    if (slash == std::string::npos) return open_node(place, path, mode);
  }
  return fails(ENOENT);
}

Result<FileInfo> SimFileSystem::look(const std::string& path, bool follow) {
  arrive();
  const auto call = begin(CallKind::kLook, path);
  if (auto ended = end("look at", path, call.error); !ended) return forward(ended);
  Place place;
  const int error = machine_.disk.find(path, follow, place);
  if (error != 0 || !place.node) return fail_errno(error ? error : ENOENT, "look at " + path);
  return info_of(*place.node);
}

Result<FileInfo> SimFileSystem::info(const std::string& path) {
  return is_real(path) ? machine_.real.info(path) : look(path, true);
}

Result<FileInfo> SimFileSystem::link_info(const std::string& path) {
  return is_real(path) ? machine_.real.link_info(path) : look(path, false);
}

std::optional<int64_t> SimFileSystem::birth_ns(const std::string& path) {
  if (is_real(path)) return machine_.real.birth_ns(path);
  Place place;
  const int error = machine_.disk.find(path, true, place);
  if (error != 0 || !place.node) return std::nullopt;
  return place.node->birth_ns;
}

Result<std::vector<DirectoryEntry>> SimFileSystem::list(const std::string& folder) {
  if (is_real(folder)) return machine_.real.list(folder);
  arrive();
  const auto call = begin(CallKind::kOpen, folder);
  if (auto ended = end("list", folder, call.error); !ended) return forward(ended);
  Place place;
  const int error = machine_.disk.find(folder, true, place);
  if (error != 0 || !place.node) return fail_errno(error ? error : ENOENT, "list " + folder);
  if (place.node->type != FileType::kDirectory) return fail_errno(ENOTDIR, "list " + folder);
  std::vector<DirectoryEntry> entries;
  for (const auto& [name, node] : place.node->entries) {
    entries.push_back({name, node->type});
  }
  return entries;
}

Result<std::string> SimFileSystem::canonical(const std::string& path) {
  if (is_real(path)) return machine_.real.canonical(path);
  arrive();
  const auto call = begin(CallKind::kLook, path);
  if (auto ended = end("resolve", path, call.error); !ended) return forward(ended);
  auto found = machine_.disk.canonical(path);
  if (!found) return fail_errno(ENOENT, "resolve " + path);
  return *found;
}

// ---- Changing --------------------------------------------------------------------------------

Status SimFileSystem::make_folders(const std::string& folder, uint32_t mode) {
  arrive();
  Place place;
  const int found = machine_.disk.find(folder, true, place);
  if (found == 0 && place.node) {
    if (auto looked = look(folder, true); !looked) return forward(looked);
    if (place.node->type == FileType::kDirectory) return {};
    return fail(ErrorCode::kExists, "make folder {}: something else is there", folder);
  }
  if (found == ENOENT) {
    if (auto made = make_folders(parent_folder(folder), mode); !made) return made;
  } else if (found != 0) {
    return fail_errno(found, "make folder " + folder);
  }
  const auto call = begin(CallKind::kMake, folder);
  int error = call.error;
  if (error == 0) {
    machine_.on_write(folder);
    error = machine_.disk.make_folder(folder, mode);
  }
  return end("make folder", folder, error);
}

Status SimFileSystem::rename(const std::string& from, const std::string& to) {
  arrive();
  const auto call = begin(CallKind::kChange, to);
  int error = call.error;
  if (error == 0 && forgets_metas && to.ends_with(".meta.json")) {
    error = machine_.disk.remove(from);
  } else if (error == 0) {
    machine_.on_write(from);
    machine_.on_write(to);
    error = machine_.disk.rename(from, to);
  }
  return end("rename", from + " to " + to, error);
}

Status SimFileSystem::exchange(const std::string& one, const std::string& other) {
  arrive();
  const auto call = begin(CallKind::kChange, one);
  int error = call.error;
  if (error == 0) {
    machine_.on_write(one);
    machine_.on_write(other);
    error = machine_.disk.exchange(one, other);
  }
  return end("exchange", one + " and " + other, error);
}

Status SimFileSystem::remove(const std::string& path) {
  arrive();
  const auto call = begin(CallKind::kChange, path);
  int error = call.error;
  Place place;
  if (error == 0 && machine_.disk.find(path, false, place) == 0 && place.node &&
      place.node->type == FileType::kDirectory) {
    error = EISDIR;
  }
  if (error == 0) {
    error = machine_.disk.remove(path);
    if (error == 0) machine_.on_write(path);
  }
  return end("remove", path, error);
}

Status SimFileSystem::sync_folder(const std::string& folder) {
  arrive();
  const auto call = begin(CallKind::kSync, folder);
  Place place;
  int error = call.error != 0 ? call.error : machine_.disk.find(folder, true, place);
  if (error == 0 && !place.node) error = ENOENT;
  if (error == 0 && !ignores_syncs) SimDisk::sync(*place.node);
  return end("sync folder", folder, error);
}

Status SimFileSystem::sync_disk(const std::string& folder) {
  arrive();
  const auto call = begin(CallKind::kSync, folder);
  if (call.error == 0 && !ignores_syncs) machine_.disk.sync_all();
  return end("sync disk", folder, call.error);
}

Result<std::unique_ptr<FileLock>> SimFileSystem::lock(const std::string& path) {
  arrive();
  Place place;
  const int found = machine_.disk.find(path, false, place);
  const auto call = begin(place.node ? CallKind::kOpen : CallKind::kMake, path);
  if (auto ended = end("lock", path, call.error ? call.error : found); !ended) {
    return forward(ended);
  }
  if (!place.node) {
    machine_.on_write(path);
    InodePtr made;
    machine_.disk.make_file(place, kPrivateMode, made);
  }
  if (!machine_.locks[path].expired()) {
    return fail(ErrorCode::kRefused, "lock {}: another process holds it", path);
  }
  auto token = std::make_shared<int>(0);
  machine_.locks[path] = token;
  return std::make_unique<SimLock>(std::move(token));
}

}  // namespace kato::simulation
