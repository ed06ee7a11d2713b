#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/base/unique_fd.h"
#include "host/io/file_system.h"
#include "host/io/files.h"

namespace kato {
namespace {

constexpr mode_t kPrivateMode = 0600;
constexpr uint64_t kRenewedBytes = uint64_t{16} << 20;
constexpr int kMakeWritable = 23;  // MADV_POPULATE_WRITE; Linux 5.14
constexpr int64_t kNanosPerSecond = 1'000'000'000;

FileType type_of(mode_t mode) {
  switch (mode & static_cast<mode_t>(S_IFMT)) {
    case S_IFREG:
      return FileType::kRegular;
    case S_IFDIR:
      return FileType::kDirectory;
    case S_IFLNK:
      return FileType::kSymlink;
    case S_IFIFO:
      return FileType::kFifo;
    case S_IFSOCK:
      return FileType::kSocket;
    case S_IFCHR:
    case S_IFBLK:
      return FileType::kDevice;
    default:
      return FileType::kOther;
  }
}

FileType type_of_entry(unsigned char entry_type) {
  return type_of(static_cast<mode_t>(DTTOIF(entry_type)));
}

FileInfo to_info(const struct stat& from) {
  return {.type = type_of(from.st_mode),
          .id = {.device = from.st_dev, .inode = from.st_ino},
          .size_bytes = static_cast<uint64_t>(from.st_size),
          .mtime_ns = from.st_mtim.tv_sec * kNanosPerSecond + from.st_mtim.tv_nsec,
          .mode = from.st_mode & 07777U,
          .link_count = static_cast<uint32_t>(from.st_nlink),
          .owner_uid = from.st_uid,
          .owner_gid = from.st_gid};
}

// O_NONBLOCK: opening a FIFO must not wait for its other end. It means nothing to regular files.
int flags_of(OpenMode mode) {
  constexpr int kCommon = O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  switch (mode) {
    case OpenMode::kRead:
      return kCommon | O_RDONLY;
    case OpenMode::kAppend:
      return kCommon | O_RDWR | O_APPEND;
    case OpenMode::kCreateOrAppend:
      return kCommon | O_RDWR | O_APPEND | O_CREAT;
    case OpenMode::kCreateNew:
      return kCommon | O_RDWR | O_APPEND | O_CREAT | O_EXCL;
  }
  return kCommon | O_RDONLY;
}

class PosixFile final : public File {
 public:
  PosixFile(UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Result<size_t> read_at(uint64_t offset_bytes, std::span<char> buffer) override {
    size_t done = 0;
    while (done < buffer.size()) {
      const auto got = ::pread(fd_.get(), buffer.data() + done, buffer.size() - done,
                               static_cast<off_t>(offset_bytes + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return fail_errno(errno, "read " + path_);
      if (got == 0) break;
      done += static_cast<size_t>(got);
    }
    return done;
  }

  Status append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const auto put = ::write(fd_.get(), bytes.data(), bytes.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return fail_errno(errno, "write " + path_);
      bytes.remove_prefix(static_cast<size_t>(put));
    }
    return {};
  }

  Status truncate(uint64_t size_bytes) override {
    if (::ftruncate(fd_.get(), static_cast<off_t>(size_bytes)) == 0) return {};
    return fail_errno(errno, "truncate " + path_);
  }

  Status set_mode(uint32_t mode) override {
    if (::fchmod(fd_.get(), mode) == 0) return {};
    return fail_errno(errno, "change the mode of " + path_);
  }

  Status set_owner(uint32_t uid, uint32_t gid) override {
    if (::fchown(fd_.get(), uid, gid) == 0) return {};
    return fail_errno(errno, "change the owner of " + path_);
  }

  Status sync() override {
    if (::fdatasync(fd_.get()) == 0) return {};
    return fail_errno(errno, "sync " + path_);
  }

  // A page that failed to be written counts as written from then on. One that is made writable
  // counts as changed, without a byte of it being touched: so nothing that somebody else writes at
  // this moment is lost. Where the system cannot do that, the next sync must be believed.
  Status sync_again() override {
    const auto found = info();
    if (!found) return forward(found);
    for (uint64_t at = 0; at < found->size_bytes; at += kRenewedBytes) {
      const int error = make_writable(at, std::min(kRenewedBytes, found->size_bytes - at));
      if (error == EINVAL || error == ENODEV) break;
      if (error != 0) return fail_errno(error, "write again " + path_);
    }
    return sync();
  }

  Result<FileInfo> info() override {
    struct stat found{};
    if (::fstat(fd_.get(), &found) != 0) return fail_errno(errno, "look at " + path_);
    return to_info(found);
  }

 private:
  // An errno; 0: done, or the file ends before that by now.
  [[nodiscard]] int make_writable(uint64_t offset_bytes, uint64_t length_bytes) const {
    auto* const pages = ::mmap(nullptr, length_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd_.get(),
                               static_cast<off_t>(offset_bytes));
    if (pages == MAP_FAILED) return errno;
    const int error = ::madvise(pages, length_bytes, kMakeWritable) == 0 ? 0 : errno;
    ::munmap(pages, length_bytes);
    return error == EFAULT ? 0 : error;
  }

  UniqueFd fd_;
  std::string path_;
};

class PosixLock final : public FileLock {
 public:
  explicit PosixLock(UniqueFd fd) : fd_(std::move(fd)) {}

 private:
  UniqueFd fd_;
};

Result<std::unique_ptr<File>> opened(UniqueFd fd, const std::string& path) {
  if (!fd) return fail_errno(errno, "open " + path);
  auto file = std::make_unique<PosixFile>(std::move(fd), path);
  const auto info = file->info();
  if (!info) return forward(info);
  if (info->type != FileType::kRegular) {
    return fail(ErrorCode::kInvalid, "open {}: not a regular file", path);
  }
  return file;
}

class PosixFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    return opened(UniqueFd(::open(path.c_str(), flags_of(mode), kPrivateMode)), path);
  }

  Result<std::unique_ptr<File>> open_beneath(const std::string& root, const std::string& relative,
                                             OpenMode mode) override {
    const UniqueFd folder(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder) return fail_errno(errno, "open folder " + root);
    const int flags = flags_of(mode);
    struct open_how how{};
    how.flags = static_cast<uint64_t>(flags);
    how.mode = (flags & O_CREAT) != 0 ? kPrivateMode : 0;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    const auto fd = ::syscall(SYS_openat2, folder.get(), relative.c_str(), &how, sizeof(how));
    return opened(UniqueFd(static_cast<int>(fd)), join_path(root, relative));
  }

  Result<FileInfo> info(const std::string& path) override {
    struct stat found{};
    if (::stat(path.c_str(), &found) != 0) return fail_errno(errno, "look at " + path);
    return to_info(found);
  }

  Result<FileInfo> link_info(const std::string& path) override {
    struct stat found{};
    if (::lstat(path.c_str(), &found) != 0) return fail_errno(errno, "look at " + path);
    return to_info(found);
  }

  std::optional<int64_t> birth_ns(const std::string& path) override {
    struct statx found{};
    const int done = ::statx(AT_FDCWD, path.c_str(), 0, STATX_BTIME, &found);
    if (done != 0 || (found.stx_mask & STATX_BTIME) == 0) return std::nullopt;
    return found.stx_btime.tv_sec * kNanosPerSecond + found.stx_btime.tv_nsec;
  }

  Result<std::vector<DirectoryEntry>> list(const std::string& folder) override {
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(folder.c_str()), &::closedir);
    if (!stream) return fail_errno(errno, "list " + folder);
    std::vector<DirectoryEntry> entries;
    errno = 0;
    // readdir is safe here: the stream belongs to this call alone.
    while (const dirent* entry = ::readdir(stream.get())) {  // NOLINT(concurrency-mt-unsafe)
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      auto type = type_of_entry(entry->d_type);
      if (entry->d_type == DT_UNKNOWN) {
        if (const auto found = link_info(join_path(folder, name))) type = found->type;
      }
      entries.push_back({std::string(name), type});
    }
    if (errno != 0) return fail_errno(errno, "list " + folder);
    return entries;
  }

  Result<std::string> canonical(const std::string& path) override {
    const std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), &::free);
    if (!real) return fail_errno(errno, "resolve " + path);
    return std::string(real.get());
  }

  Status make_folders(const std::string& folder, uint32_t mode) override {
    if (::mkdir(folder.c_str(), mode) == 0) return {};
    if (errno == EEXIST) {
      const auto found = info(folder);
      if (found && found->type == FileType::kDirectory) return {};
      return fail(ErrorCode::kExists, "make folder {}: something else is there", folder);
    }
    if (errno != ENOENT || folder == "/") return fail_errno(errno, "make folder " + folder);
    if (auto made = make_folders(parent_folder(folder), mode); !made) return made;
    if (::mkdir(folder.c_str(), mode) == 0 || errno == EEXIST) return {};
    return fail_errno(errno, "make folder " + folder);
  }

  Status set_folder_mode(const std::string& folder, uint32_t mode) override {
    if (::chmod(folder.c_str(), mode) == 0) return {};
    return fail_errno(errno, "change the mode of folder " + folder);
  }

  Status rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) == 0) return {};
    return fail_errno(errno, "rename " + from + " to " + to);
  }

  Status exchange(const std::string& one, const std::string& other) override {
    if (::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) == 0) {
      return {};
    }
    return fail_errno(errno, "exchange " + one + " and " + other);
  }

  Status remove(const std::string& path) override {
    if (::unlink(path.c_str()) == 0) return {};
    return fail_errno(errno, "remove " + path);
  }

  Status sync_folder(const std::string& folder) override {
    const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) return fail_errno(errno, "sync folder " + folder);
    return {};
  }

  Status sync_disk(const std::string& folder) override {
    const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::syncfs(fd.get()) != 0) return fail_errno(errno, "sync the disk of " + folder);
    return {};
  }

  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override {
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kPrivateMode));
    if (!fd) return fail_errno(errno, "open lock " + path);
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) {
      return std::make_unique<PosixLock>(std::move(fd));
    }
    if (errno == EWOULDBLOCK) {
      return fail(ErrorCode::kRefused, "lock {}: another process holds it", path);
    }
    return fail_errno(errno, "lock " + path);
  }
};

}  // namespace

std::unique_ptr<FileSystem> make_posix_file_system() {
  return std::make_unique<PosixFileSystem>();
}

}  // namespace kato
