#include "host/daemon/watch_begin.h"

#include <algorithm>

namespace kato {
namespace {

constexpr int64_t kNanosPerMilli = 1'000'000;
// Two file systems, and one that counts in seconds, do not agree more closely.
constexpr int64_t kSlackMillis = 2000;

}  // namespace

WatchBegin::WatchBegin(const FileInfo& first, const Clock& clock)
    : file_time_ns_(first.mtime_ns), wall_(clock.now()), steady_(clock.steady()) {}

bool WatchBegin::is_after(const FileInfo& file, const Clock& clock) const {
  const auto passed =
      std::chrono::duration_cast<std::chrono::milliseconds>(clock.steady() - steady_).count();
  // Files are dated back too where the clock was set back meanwhile.
  const auto set_back = std::max<int64_t>(0, passed - (clock.now().value - wall_.value));
  const auto slack_ns = (kSlackMillis + set_back) * kNanosPerMilli;
  return file_time_ns_ > std::numeric_limits<int64_t>::min() + slack_ns &&
         file.mtime_ns < file_time_ns_ - slack_ns;
}

}  // namespace kato
