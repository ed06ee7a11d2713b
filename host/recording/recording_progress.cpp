#include "host/recording/recording_progress.h"

#include <algorithm>

namespace kato {

bool is_recorded(const RecordingMeta& recording, uint64_t seq) {
  return std::ranges::any_of(recording.periods, [seq](const RecordingPeriod& period) {
    return seq >= period.start.seq && (!period.stop || seq <= period.stop->seq);
  });
}

bool is_behind(const RecordingMeta& recording, const TwinSource& twin) {
  if (recording.periods.empty()) return false;
  if (!recording.state) return true;
  const auto& cursor = recording.cursor;
  const bool all_seen =
      cursor.twin_generation == twin.generation && cursor.twin_offset >= twin.size_bytes;
  return !all_seen && lacks_events(recording, UINT64_MAX);
}

bool lacks_events(const RecordingMeta& recording, uint64_t next_seq) {
  const uint64_t written = recording.cursor.written ? recording.cursor.written->seq : uint64_t{0};
  return std::ranges::any_of(recording.periods, [&](const RecordingPeriod& period) {
    const auto stop = period.stop ? period.stop->seq : next_seq - 1;
    return stop > written && stop >= period.start.seq;
  });
}

bool is_any_unfinished(const SessionMeta& meta) {
  return std::ranges::any_of(meta.recordings, [&meta](const RecordingMeta& recording) {
    return recording.intent || lacks_events(recording, meta.next_seq);
  });
}

}  // namespace kato
