// A session from its beginning up to its cursors, in the order in which it was read: for a twin or
// ids that are made late or again. Everything is backfill.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "host/ingest/session_ingest.h"

namespace kato {

struct AgainInput {
  FileSystem& files;
  const SessionMeta& meta;                    // not changed
  const std::vector<SessionSource>& sources;  // by their index in it
  const IngestSupport& support;
  SourceBuffer& buffer;
  uint64_t first_seq = 1;
  std::optional<EventId> unfinished = {};  // as SessionMeta::unfinished_message
  // Whether the session has met this event: of a document, which may have changed since it was
  // read, no other counts. Asked in their order. Empty: all count.
  std::function<bool(const Event&)> has_met;
  // All counts of a document that is as it was read, whether it was met or not.
  bool takes_unmet = false;
};

struct AgainOutcome {
  uint64_t next_seq = 1;
  uint64_t missing_bytes = 0;  // that were read once and are no longer in the sources
};

// known: what is in it gives no event. It must be able to tell the order (EventMemory::want_order).
[[nodiscard]] Result<AgainOutcome> decode_again(const AgainInput& input, EventMemory& known,
                                                EventListener& into);

}  // namespace kato
