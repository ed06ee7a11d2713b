// How far a recording is behind the conversation.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "host/session/session_meta.h"
#include "host/session/twin_file.h"

namespace kato {

// The twin that a recording is fed from.
struct TwinSource {
  TwinFile file;
  uint64_t size_bytes = 0;
  uint32_t generation = 0;
  // Whole lines that it ends with, where they are at hand: those that were appended last.
  std::string_view last_lines = {};
};

// True if there are events that the recording still has to get, as far as the cursors tell.
[[nodiscard]] bool is_behind(const RecordingMeta& recording, const TwinSource& twin);
// The same without a twin; next_seq: SessionMeta's.
[[nodiscard]] bool lacks_events(const RecordingMeta& recording, uint64_t next_seq);
// Of a session: one of its recordings lacks events, or is to be replaced.
[[nodiscard]] bool is_any_unfinished(const SessionMeta& meta);

// True if the event belongs to one of the recording's periods.
[[nodiscard]] bool is_recorded(const RecordingMeta& recording, uint64_t seq);

}  // namespace kato
