// After a kill: what stands in the twin and in no meta is taken over; what stands in the twin and
// was not obeyed yet is handed out.
#pragma once

#include "host/daemon/step_events.h"
#include "host/ingest/event_memory.h"
#include "host/session/session_meta.h"
#include "host/session/twin_file.h"

namespace kato {

struct AdoptionInput {
  FileSystem& files;
  TwinFile twin;
  SessionMeta& meta;
  EventMemory& known;
  StepEvents& events;  // gets what is behind the command cursor, in the order of the twin
};

// Lines from the committed size up to end_bytes become part of what is known: ids, the next seq,
// the twin's size, and the message with which they end, if they do. Nothing is decoded. Ends before
// the first line that is no event, which only a power loss leaves; what is behind it comes from the
// sources again. kInvalid: another session's events stand there.
[[nodiscard]] Status adopt_lines(const AdoptionInput& input, uint64_t end_bytes);

// Hands out what lies in the committed twin behind the command cursor. Reads nothing if the cursor
// is at the end. To be called first.
[[nodiscard]] Status hand_out_unobeyed(const AdoptionInput& input);

}  // namespace kato
