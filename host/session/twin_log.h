// Appends to a twin, and puts right what a crash left behind.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "host/io/file_system.h"
#include "host/session/twin_file.h"

namespace kato {

// What the file is, compared with what the meta says of it.
enum class TwinFinding : uint8_t {
  kAsCommitted,
  kLonger,   // whole lines behind the committed size: to be adopted
  kShorter,  // cut by a power loss: to be completed by decoding again
};

// [one thread at a time] The file is open as long as this lives.
class TwinLog {
 public:
  // Makes the file if it is missing. A torn last line, or what is left of it, is cut off; nothing
  // else is. committed_bytes: the size that the meta says; it ends a line. kUnsupported: lines of a
  // later schema version; kInvalid: it is not what the meta speaks of, or begins with another
  // session's event; nothing is cut.
  [[nodiscard]] static Result<TwinLog> open(FileSystem& files, const TwinFile& twin,
                                            uint64_t committed_bytes);

  [[nodiscard]] TwinFinding finding() const noexcept { return finding_; }
  // Bytes of the torn line that was cut off.
  [[nodiscard]] uint64_t cut_bytes() const noexcept { return cut_bytes_; }
  // Behind the last whole line.
  [[nodiscard]] uint64_t size_bytes() const noexcept { return size_bytes_; }

  // Whole lines with their ends. After a failure nothing of them is in the file, or will be cut off
  // before the next append.
  [[nodiscard]] Status append(std::string_view lines);
  // Cuts off what stands behind size_bytes: lines behind the commit that a power loss left
  // unreadable.
  [[nodiscard]] Status cut_to(uint64_t size_bytes);
  [[nodiscard]] Status sync() { return file_->sync(); }

 private:
  TwinLog(std::unique_ptr<File> file, TwinFile twin)
      : file_(std::move(file)), twin_(std::move(twin)) {}
  Status cut_torn_line(uint64_t file_bytes, uint64_t committed_bytes);

  std::unique_ptr<File> file_;
  TwinFile twin_;
  uint64_t size_bytes_ = 0;
  uint64_t cut_bytes_ = 0;
  TwinFinding finding_ = TwinFinding::kAsCommitted;
  bool torn_ = false;  // an append failed and could not be taken back
};

}  // namespace kato
