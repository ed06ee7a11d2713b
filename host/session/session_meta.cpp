#include "host/session/session_meta.h"

#include <algorithm>

#include "host/event/event_id.h"

namespace kato {

std::string session_key(const SessionMeta& meta) {
  return make_session_key(meta.identity.provider, meta.identity.session_id);
}

uint64_t lag_of(const RecordingMeta& recording, const SessionMeta& meta) {
  const auto& cursor = recording.cursor;
  const bool has_seen_all = recording.state && meta.twin.exists &&
                            cursor.twin_generation == meta.twin.generation &&
                            cursor.twin_offset >= meta.twin.size_bytes;
  if (has_seen_all) return 0;
  const uint64_t written = recording.cursor.written ? recording.cursor.written->seq : 0;
  uint64_t lag = 0;
  for (const auto& period : recording.periods) {
    const uint64_t last = period.stop ? period.stop->seq : meta.next_seq - 1;
    const uint64_t before = std::max(written, std::max<uint64_t>(period.start.seq, 1) - 1);
    if (last > before) lag += last - before;
  }
  return lag;
}

}  // namespace kato
