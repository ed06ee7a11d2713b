// What a source states again of events that another version of its plugin told. An improved mapping
// does not rewrite the past by itself: what it words otherwise is no revision, and what it finds
// amid the past besides is left out. Where a record is known to have changed, it is as ever.
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

// What a document says, and whose words it was: what a step knows about it before it begins.
struct RetellingInput {
  SessionMeta& meta;  // its source is kept up; must outlive the step
  size_t source = 0;  // index
  bool is_document = false;
  std::string_view plugin_version;  // the present one
  uint64_t known_count = 0;         // of events
};

// Of one step of a source. One thread at a time.
class Retelling {
 public:
  explicit Retelling(const RetellingInput& input);

  void on_draft(const Draft& draft);
  // bytes: of the record; empty if they are not at hand.
  void on_record(const RecordReport& record, std::string_view bytes);
  // The document was stated to its end.
  void end_document();

  // Where this is the first step of another version with a document: so many events are of others.
  [[nodiscard]] std::optional<uint64_t> former_events() const noexcept { return former_events_; }
  // Whether a part of that record, which is known by the event at that place, only reads otherwise
  // because another version tells it.
  [[nodiscard]] bool is_told_otherwise(const Draft& draft, uint64_t place) const;
  // How many of the statements, from the first, reach to the last that a former version told; 0 if
  // all of them are matched, or this version has told the document before.
  [[nodiscard]] size_t past_of(const KnownOrder& known, std::span<const Statement> statements,
                               const Aligned& aligned) const;
  [[nodiscard]] bool has_changed(uint64_t record_offset_bytes) const {
    return changed_offset_ == record_offset_bytes;
  }

  // What is found amid the past is not told; of a document, later neither.
  void leave_out(const EventId& id);
  [[nodiscard]] bool leaves_out(const EventId& id) const;
  // The event at that place is no revision, whatever its content. It counts as this from now on,
  // without an event that says so.
  void note_content(const EventId& id, uint64_t place, uint64_t content);
  [[nodiscard]] std::vector<KnownEvent> take_new_contents() && { return std::move(contents_); }

 private:
  [[nodiscard]] bool is_former(uint64_t place) const { return place < source_.former_events; }

  SourceMeta& source_;
  bool is_document_;
  std::optional<uint64_t> former_events_;
  bool saw_last_before_ = false;
  std::optional<RecordMark> last_before_;
  std::optional<RecordMark> last_;
  uint64_t said_offset_ = UINT64_MAX;  // of the last record that tells of what was said
  uint64_t changed_offset_ = UINT64_MAX;
  std::vector<KnownEvent> contents_;
};

}  // namespace kato
