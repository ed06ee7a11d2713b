// What a source states again of events that another version of its plugin told. An improved mapping
// does not rewrite the past by itself: what it words otherwise is no revision, and what it finds
// amid the past besides is not told. Where a record is known to have changed, it is as ever.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "host/ingest/alignment.h"
#include "host/ingest/source_decoding.h"
#include "host/session/known_events.h"
#include "host/session/session_meta.h"

namespace kato {

// Of one step of a source. One thread at a time.
class Retelling {
 public:
  // source: kept up; must outlive it. known_count: of events, for when the version is another one
  // than before.
  Retelling(SourceMeta& source, bool is_document, std::string_view plugin_version,
            uint64_t known_count);

  void on_draft(const Draft& draft);
  // bytes: of the record; empty if they are not at hand.
  void on_record(const RecordReport& record, std::string_view bytes);
  // The document was stated to its end.
  void end_document() { source_.retelling = false; }

  // Whether a part of that record, which is known by the event at that place, only reads otherwise
  // because another version tells it.
  [[nodiscard]] bool is_told_otherwise(const Draft& draft, uint64_t place) const;
  // How many of the statements, from the first, reach to the last that a former version told; 0 if
  // all of them are matched.
  [[nodiscard]] size_t past_of(const KnownOrder& known, std::span<const Statement> statements,
                               const Aligned& aligned) const;
  [[nodiscard]] bool has_changed(uint64_t record_offset_bytes) const {
    return changed_offset_ == record_offset_bytes;
  }

  // The event's content is that from now on, without an event that says so.
  void renew(const EventId& id, uint64_t content) { renewed_.push_back({id, content}); }
  [[nodiscard]] std::vector<KnownEvent> take_renewed() && { return std::move(renewed_); }

 private:
  SourceMeta& source_;
  bool is_document_;
  std::optional<RecordMark> last_before_;
  uint64_t revisable_offset_ = UINT64_MAX;  // of the last record with a revisable part
  uint64_t changed_offset_ = UINT64_MAX;
  std::vector<KnownEvent> renewed_;
};

}  // namespace kato
