#include "host/io/counting_file_system.h"

namespace kato {

class CountingFileSystem::CountedFile final : public File {
 public:
  CountedFile(std::unique_ptr<File> file, IoCounters& counters)
      : file_(std::move(file)), counters_(counters) {}

  Result<size_t> read_at(uint64_t offset_bytes, std::span<char> buffer) override {
    auto got = file_->read_at(offset_bytes, buffer);
    if (got) counters_.bytes_read += *got;
    return got;
  }
  Status append(std::string_view bytes) override {
    counters_.bytes_written += bytes.size();
    return file_->append(bytes);
  }
  Status truncate(uint64_t size_bytes) override { return file_->truncate(size_bytes); }
  Status set_mode(uint32_t mode) override { return file_->set_mode(mode); }
  Status sync() override {
    ++counters_.syncs;
    return file_->sync();
  }
  Status sync_again() override {
    ++counters_.syncs;
    return file_->sync_again();
  }
  Result<FileInfo> info() override { return file_->info(); }

 private:
  std::unique_ptr<File> file_;
  IoCounters& counters_;
};

Result<std::unique_ptr<File>> CountingFileSystem::counted(Result<std::unique_ptr<File>> file) {
  ++counters_.opens;
  if (!file) return file;
  return std::make_unique<CountedFile>(std::move(*file), counters_);
}

Result<std::unique_ptr<File>> CountingFileSystem::open(const std::string& path, OpenMode mode) {
  return counted(files_.open(path, mode));
}

Result<std::unique_ptr<File>> CountingFileSystem::open_beneath(const std::string& root,
                                                               const std::string& relative,
                                                               OpenMode mode) {
  return counted(files_.open_beneath(root, relative, mode));
}

Status CountingFileSystem::sync_folder(const std::string& folder) {
  ++counters_.syncs;
  return files_.sync_folder(folder);
}

Status CountingFileSystem::sync_disk(const std::string& folder) {
  ++counters_.syncs;
  return files_.sync_disk(folder);
}

}  // namespace kato
