// When a daemon began to watch, to tell what was written before.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>

#include "host/base/clock.h"
#include "host/io/file_system.h"

namespace kato {

class WatchBegin {
 public:
  // Nothing was written before it.
  WatchBegin() = default;
  // first: a file that was written then. Its time, and not the clock's, is what others are
  // compared with.
  WatchBegin(const FileInfo& first, const Clock& clock);

  // True if the file was written last before that. False where it is close.
  [[nodiscard]] bool is_after(const FileInfo& file, const Clock& clock) const;

 private:
  int64_t file_time_ns_ = std::numeric_limits<int64_t>::min();
  UnixMillis wall_;
  std::chrono::steady_clock::time_point steady_;
};

}  // namespace kato
