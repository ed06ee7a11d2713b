// Bytes on their way into a file whose head is not known yet: in memory while they are few, then in
// a file of their own.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "host/base/error.h"
#include "host/io/file_system.h"

namespace kato {

class Spool {
 public:
  static constexpr size_t kMemoryBytes = size_t{1} << 20;

  // path: of the file that is made if need be, and removed when the spool is destroyed.
  Spool(FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;
  Spool(Spool&&) = delete;
  Spool& operator=(Spool&&) = delete;
  ~Spool();

  // Where the next bytes are to be appended; then call settle.
  [[nodiscard]] std::string& buffer() { return buffer_; }
  // Moves the buffer into the file if it has grown large.
  Status settle();
  // Hands out everything, in order, in pieces.
  Status drain(const std::function<Status(std::string_view)>& take);

 private:
  FileSystem& files_;
  std::string path_;
  std::string buffer_;
  std::unique_ptr<File> file_;
  uint64_t file_bytes_ = 0;
};

}  // namespace kato
