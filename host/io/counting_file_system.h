// Counts what goes through a file system.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/io/file_system.h"

namespace kato {

struct IoCounters {
  uint64_t opens = 0;
  uint64_t bytes_read = 0;
  uint64_t bytes_written = 0;
  uint64_t syncs = 0;
};

// [one thread at a time] Everything goes to the other one as it is.
class CountingFileSystem final : public FileSystem {
 public:
  // `files` must outlive this.
  explicit CountingFileSystem(FileSystem& files) : files_(files) {}

  [[nodiscard]] const IoCounters& counters() const noexcept { return counters_; }

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Result<std::unique_ptr<File>> open_beneath(const std::string& root, const std::string& relative,
                                             OpenMode mode) override;
  Result<FileInfo> info(const std::string& path) override { return files_.info(path); }
  Result<FileInfo> link_info(const std::string& path) override { return files_.link_info(path); }
  std::optional<int64_t> birth_ns(const std::string& path) override {
    return files_.birth_ns(path);
  }
  Result<std::vector<DirectoryEntry>> list(const std::string& folder) override {
    return files_.list(folder);
  }
  Result<std::string> canonical(const std::string& path) override { return files_.canonical(path); }
  Status make_folders(const std::string& folder, uint32_t mode) override {
    return files_.make_folders(folder, mode);
  }
  Status set_folder_mode(const std::string& folder, uint32_t mode) override {
    return files_.set_folder_mode(folder, mode);
  }
  Status rename(const std::string& from, const std::string& to) override {
    return files_.rename(from, to);
  }
  Status exchange(const std::string& one, const std::string& other) override {
    return files_.exchange(one, other);
  }
  Status remove(const std::string& path) override { return files_.remove(path); }
  Status sync_folder(const std::string& folder) override;
  Status sync_disk(const std::string& folder) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override {
    return files_.lock(path);
  }

 private:
  class CountedFile;
  Result<std::unique_ptr<File>> counted(Result<std::unique_ptr<File>> file);

  FileSystem& files_;
  IoCounters counters_;
};

}  // namespace kato
