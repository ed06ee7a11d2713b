// All that Kato does to files goes through this interface: the real form is thin, the simulated one
// drives the fault tests. Paths are absolute byte strings.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.h"

namespace kato {

enum class FileType : uint8_t { kRegular, kDirectory, kSymlink, kFifo, kSocket, kDevice, kOther };

// Which file it is, whatever it is called.
struct FileId {
  uint64_t device = 0;
  uint64_t inode = 0;
  auto operator<=>(const FileId&) const = default;
};

struct FileInfo {
  FileType type = FileType::kOther;
  FileId id;
  uint64_t size_bytes = 0;
  int64_t mtime_ns = 0;  // since 1970 UTC
  uint32_t mode = 0;     // permission bits
  uint32_t link_count = 0;
  uint32_t owner_uid = 0;
  uint32_t owner_gid = 0;
};

struct DirectoryEntry {
  std::string name;
  FileType type = FileType::kOther;  // of the entry itself: links are not followed
};

enum class OpenMode : uint8_t {
  kRead,            // must exist
  kAppend,          // must exist; writes go to the end
  kCreateOrAppend,  // made with mode 0600 if missing
  kCreateNew,       // must not exist; mode 0600
};

// An open file. One thread at a time. Closed by the destructor.
class File {
 public:
  File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  File(File&&) = delete;
  File& operator=(File&&) = delete;
  virtual ~File() = default;

  // Reads into `buffer` from `offset_bytes`. Returns the bytes read: fewer than asked only at the
  // end of the file, 0 at or behind it.
  virtual Result<size_t> read_at(uint64_t offset_bytes, std::span<char> buffer) = 0;
  // Writes all of `bytes` at the end, or fails; after a failure a part may have been written.
  virtual Status append(std::string_view bytes) = 0;
  virtual Status truncate(uint64_t size_bytes) = 0;
  virtual Status set_mode(uint32_t mode) = 0;
  // kUnsupported where files have no owners; kRefused where they may not be given away.
  virtual Status set_owner(uint32_t uid, uint32_t gid);
  // Returns when content and size are on the disk (fdatasync).
  virtual Status sync() = 0;
  // The same after a sync that failed: a system may have given up what was to be written then, and
  // call the next sync a success. All of the file goes to the disk once more, as it reads now. The
  // file must be open to be written to.
  virtual Status sync_again() { return sync(); }
  virtual Result<FileInfo> info() = 0;
};

inline Status File::set_owner(uint32_t, uint32_t) {
  return fail(ErrorCode::kUnsupported, "change the owner: files have none here");
}

// Held until destroyed, or until the process ends.
class FileLock {
 public:
  FileLock() = default;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  FileLock(FileLock&&) = delete;
  FileLock& operator=(FileLock&&) = delete;
  virtual ~FileLock() = default;
};

// [any thread] Errors carry the path and the errno.
class FileSystem {
 public:
  FileSystem() = default;
  FileSystem(const FileSystem&) = delete;
  FileSystem& operator=(const FileSystem&) = delete;
  FileSystem(FileSystem&&) = delete;
  FileSystem& operator=(FileSystem&&) = delete;
  virtual ~FileSystem() = default;

  // Regular files only: opening anything else fails with kInvalid and never blocks.
  virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  // The same for `relative` below the folder `root`: no component may be a symbolic link and no
  // ".." may lead out, even if it is swapped at the last moment (openat2 RESOLVE_BENEATH).
  virtual Result<std::unique_ptr<File>> open_beneath(const std::string& root,
                                                     const std::string& relative,
                                                     OpenMode mode) = 0;

  // Follows links / speaks of the link itself. kNotFound if there is nothing.
  virtual Result<FileInfo> info(const std::string& path) = 0;
  virtual Result<FileInfo> link_info(const std::string& path) = 0;
  // When the file was made here, since 1970 UTC; nothing: the file system does not keep that.
  virtual std::optional<int64_t> birth_ns(const std::string& path) = 0;
  // In no particular order, without "." and "..".
  virtual Result<std::vector<DirectoryEntry>> list(const std::string& folder) = 0;
  // Absolute, without links, "." and "..". All of it must exist.
  virtual Result<std::string> canonical(const std::string& path) = 0;

  // With all missing parents; it is no error if it is there.
  virtual Status make_folders(const std::string& folder, uint32_t mode) = 0;
  // kUnsupported where folders have none.
  virtual Status set_folder_mode(const std::string& folder, uint32_t mode);
  // Replaces `to` atomically.
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  // Exchanges two existing files atomically.
  virtual Status exchange(const std::string& one, const std::string& other) = 0;
  // A file or a link. kNotFound if there is nothing.
  virtual Status remove(const std::string& path) = 0;
  // Returns when the folder's entries are on the disk.
  virtual Status sync_folder(const std::string& folder) = 0;
  // Returns when all that was written so far to the disk that holds `folder` is on it: cheaper than
  // many single syncs.
  virtual Status sync_disk(const std::string& folder) = 0;

  // Takes the advisory lock on a file, made with mode 0600 if missing; kRefused if another process
  // holds it.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
};

inline Status FileSystem::set_folder_mode(const std::string& folder, uint32_t) {
  return fail(ErrorCode::kUnsupported, "folder {} has no mode", folder);
}

// The operating system's.
[[nodiscard]] std::unique_ptr<FileSystem> make_posix_file_system();

}  // namespace kato
