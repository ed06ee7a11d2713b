// What a daemon says of itself: the contract of `status --json`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/base/clock.h"
#include "host/session/session_index.h"

namespace kato {

struct RecordingStatus {
  std::string recording_id;
  std::string session_id;
  std::string destination;
  std::string sink;
  bool is_on = false;
  uint64_t write_cursor = 0;                // seq of the last event that is written; 0: none
  uint64_t lag = 0;                         // events that are still to be written
  std::optional<UnixMillis> last_write_at;  // in this run of the daemon
};

struct DegradedStatus {
  std::string what;
  std::string cause;
  UnixMillis since;
};

struct WatchingStatus {
  uint64_t sources = 0;
  uint64_t missing_sources = 0;
  uint64_t watched_folders = 0;
  uint64_t polled_folders = 0;
  uint64_t poll_interval_ms = 0;  // how late what is polled may be seen; 0: nothing is polled
};

struct DaemonStatus {
  bool running = false;
  int64_t process_id = 0;
  std::string version;
  UnixMillis started_at;
  std::vector<IndexedSession> sessions;
  uint64_t hidden_sessions = 0;  // that were left out, because they are old
  std::vector<RecordingStatus> recordings;
  std::vector<DegradedStatus> degraded;
  WatchingStatus watching;
  uint64_t ready_tasks = 0;
  uint64_t waiting_tasks = 0;
  uint64_t resident_bytes = 0;
  uint64_t limit_bytes = 0;
  uint64_t index_bytes = 0;
  std::vector<std::pair<std::string, uint64_t>> counters;
};

// On one line.
[[nodiscard]] std::string to_json(const DaemonStatus& status);
// One of its recordings, likewise.
[[nodiscard]] std::string to_json(const RecordingStatus& recording);

}  // namespace kato
