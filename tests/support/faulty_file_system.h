// The real file system, with faults where a test wants them and an account of what was done.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "host/io/file_system.h"

namespace kato::test {

enum class FileOperation : uint8_t {
  kOpen,
  kRead,
  kAppend,
  kTruncate,
  kSync,
  kSyncAgain,
  kInfo,
  kList,
  kMakeFolders,
  kRename,
  kRemove,
  kSyncFolder,
  kSyncDisk,
  kResolve,
};

struct FileCounts {
  uint64_t opens = 0;
  uint64_t reads = 0;
  uint64_t read_bytes = 0;
  uint64_t appended_bytes = 0;
  uint64_t infos = 0;
  uint64_t lists = 0;
  uint64_t syncs = 0;
  uint64_t folder_syncs = 0;
  uint64_t disk_syncs = 0;
  uint64_t renames = 0;
  uint64_t canonicals = 0;
};

// `fault` is asked before each operation: an errno makes it fail. An append that fails writes the
// first half of its bytes, as a full disk does. Syncs are counted and not done: no test outlives
// its machine.
class FaultyFileSystem final : public FileSystem {
 public:
  using Fault = std::function<int(FileOperation, const std::string& path)>;

  Fault fault;
  // Asked before each read: true lets it bring half of what is there, as where somebody writes the
  // file anew at that moment.
  std::function<bool(const std::string& path)> cuts_read;
  FileCounts counts;
  // As often as they are open.
  std::multiset<std::string> open_files;

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    if (const int error = ask(FileOperation::kOpen, path)) return fail_errno(error, "open " + path);
    ++counts.opens;
    return watched(real_->open(path, mode), path);
  }
  Result<std::unique_ptr<File>> open_beneath(const std::string& root, const std::string& relative,
                                             OpenMode mode) override {
    const auto path = root + "/" + relative;
    if (const int error = ask(FileOperation::kOpen, path)) return fail_errno(error, "open " + path);
    ++counts.opens;
    return watched(real_->open_beneath(root, relative, mode), path);
  }
  Result<FileInfo> info(const std::string& path) override {
    if (const int error = ask(FileOperation::kInfo, path)) {
      return fail_errno(error, "look at " + path);
    }
    ++counts.infos;
    return real_->info(path);
  }
  Result<FileInfo> link_info(const std::string& path) override { return real_->link_info(path); }
  std::optional<int64_t> birth_ns(const std::string& path) override {
    return real_->birth_ns(path);
  }
  Result<std::vector<DirectoryEntry>> list(const std::string& folder) override {
    if (const int error = ask(FileOperation::kList, folder)) {
      return fail_errno(error, "list " + folder);
    }
    ++counts.lists;
    return real_->list(folder);
  }
  Result<std::string> canonical(const std::string& path) override {
    ++counts.canonicals;
    if (const int error = ask(FileOperation::kResolve, path)) {
      return fail_errno(error, "resolve " + path);
    }
    return real_->canonical(path);
  }
  Status make_folders(const std::string& folder, uint32_t mode) override {
    if (const int error = ask(FileOperation::kMakeFolders, folder)) {
      return fail_errno(error, "make folder " + folder);
    }
    return real_->make_folders(folder, mode);
  }
  Status set_folder_mode(const std::string& folder, uint32_t mode) override {
    return real_->set_folder_mode(folder, mode);
  }
  Status rename(const std::string& from, const std::string& to) override {
    if (const int error = ask(FileOperation::kRename, to)) {
      return fail_errno(error, "rename to " + to);
    }
    ++counts.renames;
    return real_->rename(from, to);
  }
  Status exchange(const std::string& one, const std::string& other) override {
    if (const int error = ask(FileOperation::kRename, one)) {
      return fail_errno(error, "exchange " + one);
    }
    return real_->exchange(one, other);
  }
  Status remove(const std::string& path) override {
    if (const int error = ask(FileOperation::kRemove, path)) {
      return fail_errno(error, "remove " + path);
    }
    return real_->remove(path);
  }
  Status sync_folder(const std::string& folder) override {
    if (const int error = ask(FileOperation::kSyncFolder, folder)) {
      return fail_errno(error, "sync folder " + folder);
    }
    ++counts.folder_syncs;
    return {};
  }
  Status sync_disk(const std::string& folder) override {
    if (const int error = ask(FileOperation::kSyncDisk, folder)) {
      return fail_errno(error, "sync the disk of " + folder);
    }
    ++counts.disk_syncs;
    return {};
  }
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override {
    return real_->lock(path);
  }

 private:
  class WatchedFile final : public File {
   public:
    WatchedFile(FaultyFileSystem& owner, std::unique_ptr<File> real, std::string path)
        : owner_(owner), real_(std::move(real)), path_(owner.open_files.insert(std::move(path))) {}
    WatchedFile(const WatchedFile&) = delete;
    WatchedFile(WatchedFile&&) = delete;
    WatchedFile& operator=(const WatchedFile&) = delete;
    WatchedFile& operator=(WatchedFile&&) = delete;
    ~WatchedFile() override { owner_.open_files.erase(path_); }

    Result<size_t> read_at(uint64_t offset_bytes, std::span<char> buffer) override {
      if (const int error = owner_.ask(FileOperation::kRead, *path_)) {
        return fail_errno(error, "read " + *path_);
      }
      ++owner_.counts.reads;
      auto got = real_->read_at(offset_bytes, buffer);
      if (got && owner_.cuts_read && owner_.cuts_read(*path_)) *got /= 2;
      if (got) owner_.counts.read_bytes += *got;
      return got;
    }
    Status append(std::string_view bytes) override {
      if (const int error = owner_.ask(FileOperation::kAppend, *path_)) {
        static_cast<void>(real_->append(bytes.substr(0, bytes.size() / 2)));
        return fail_errno(error, "write " + *path_);
      }
      owner_.counts.appended_bytes += bytes.size();
      return real_->append(bytes);
    }
    Status truncate(uint64_t size_bytes) override {
      if (const int error = owner_.ask(FileOperation::kTruncate, *path_)) {
        return fail_errno(error, "truncate " + *path_);
      }
      return real_->truncate(size_bytes);
    }
    Status set_mode(uint32_t mode) override { return real_->set_mode(mode); }
    Status set_owner(uint32_t uid, uint32_t gid) override { return real_->set_owner(uid, gid); }
    Status sync() override {
      if (const int error = owner_.ask(FileOperation::kSync, *path_)) {
        return fail_errno(error, "sync " + *path_);
      }
      ++owner_.counts.syncs;
      return {};
    }
    Status sync_again() override {
      if (const int error = owner_.ask(FileOperation::kSyncAgain, *path_)) {
        return fail_errno(error, "sync " + *path_);
      }
      ++owner_.counts.syncs;
      return {};
    }
    Result<FileInfo> info() override { return real_->info(); }

   private:
    FaultyFileSystem& owner_;
    std::unique_ptr<File> real_;
    std::multiset<std::string>::iterator path_;
  };

  [[nodiscard]] int ask(FileOperation operation, const std::string& path) const {
    return fault ? fault(operation, path) : 0;
  }
  Result<std::unique_ptr<File>> watched(Result<std::unique_ptr<File>> file,
                                        const std::string& path) {
    if (!file) return forward(file);
    return std::make_unique<WatchedFile>(*this, std::move(*file), path);
  }

  std::unique_ptr<FileSystem> real_ = make_posix_file_system();
};

}  // namespace kato::test
