// A source that is not what it was, or another one of a known session: what in it is new?
#pragma once

#include <string>
#include <vector>

#include "host/ingest/event_memory.h"
#include "host/ingest/source_decoding.h"
#include "host/session/session_meta.h"

namespace kato {

struct Realignment {
  SourceAlignment alignment;    // to go on with, from the beginning of the source
  uint64_t end_bytes = 0;       // of what was compared
  bool says_nothing = false;    // nothing was said in it yet
  std::vector<HeldRange> lost;  // held records that are no longer in it
};

// Decodes the whole source and compares; no event comes of it. decoder: a new one, of that source;
// it is used up. known: has its order. held: what the source held back when it was read last.
[[nodiscard]] Result<Realignment> realign(SourceDecoding& decoding, const std::string& session_id,
                                          const EventMemory& known,
                                          const std::vector<HeldRange>& held);

}  // namespace kato
