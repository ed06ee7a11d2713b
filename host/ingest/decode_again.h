// A session from its beginning up to its cursors, in the order in which it was read: for a twin or
// ids that are made late or again. Everything is backfill.
#pragma once

#include <functional>
#include <memory>
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
  uint64_t missing_bytes = 0;   // that were read once and are no longer in the sources
  bool lacks_document = false;  // one is gone, or out of reach, that was being written last

  [[nodiscard]] bool is_whole() const { return missing_bytes == 0 && !lacks_document; }
};

// In parts, between which the session may be read on: the end is where its cursors are then.
// Somebody who sees that its sources are no longer what they were must begin anew. One thread at a
// time; what it is made of must outlive it.
class DecodingAgain {
 public:
  // known: what is in it gives no event. It must be able to tell the order
  // (EventMemory::want_order).
  DecodingAgain(AgainInput input, EventMemory& known, EventListener& into);
  ~DecodingAgain();
  DecodingAgain(const DecodingAgain&) = delete;
  DecodingAgain& operator=(const DecodingAgain&) = delete;
  DecodingAgain(DecodingAgain&&) = delete;
  DecodingAgain& operator=(DecodingAgain&&) = delete;

  // About so much of the sources; a document, and what is packed, in larger pieces. True: all is
  // decoded. After an error it is over.
  [[nodiscard]] Result<bool> read_part(uint64_t part_bytes);
  [[nodiscard]] AgainOutcome outcome() const;

 private:
  class Counted;
  [[nodiscard]] Status check_documents();
  Result<bool> read_stretch(const SourceStretch& stretch, uint64_t& left_bytes);

  AgainInput input_;
  SessionMeta scratch_;
  std::unique_ptr<Counted> counted_;
  SessionIngest again_;
  size_t at_ = 0;  // of the interleaving
  bool is_within_ = false;
  uint64_t missing_bytes_ = 0;
  bool lacks_document_ = false;
};

// All at once; see DecodingAgain.
[[nodiscard]] Result<AgainOutcome> decode_again(const AgainInput& input, EventMemory& known,
                                                EventListener& into);

}  // namespace kato
