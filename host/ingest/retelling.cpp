#include "host/ingest/retelling.h"

#include <algorithm>

#include "host/base/hash.h"
#include "host/ingest/event_memory.h"

namespace kato {
namespace {

// The comma behind an item comes with the next one.
std::string_view without_separators(std::string_view record) {
  constexpr std::string_view kSeparators = ", \t\r\n";
  const auto begin = record.find_first_not_of(kSeparators);
  if (begin == std::string_view::npos) return {};
  return record.substr(begin, record.find_last_not_of(kSeparators) + 1 - begin);
}

// A file that holds what another one of the session held: a client moved it, or has it twice.
void take_over(SourceMeta& source, const SessionMeta& meta) {
  for (const auto& other : meta.sources) {
    if (&other == &source || other.plugin_version.empty()) continue;
    source.plugin_version = other.plugin_version;
    source.former_events = std::max(source.former_events, other.former_events);
    source.retelling = source.retelling || other.retelling;
    source.left_out.insert(source.left_out.end(), other.left_out.begin(), other.left_out.end());
    if (other.last_said) source.last_said = other.last_said;
  }
  std::ranges::sort(source.left_out);
  const auto again = std::ranges::unique(source.left_out);
  source.left_out.erase(again.begin(), again.end());
}

}  // namespace

Retelling::Retelling(const RetellingInput& input)
    : source_(input.meta.sources[input.source]), is_document_(input.is_document) {
  if (source_.plugin_version.empty()) take_over(source_, input.meta);
  last_before_ = source_.last_said;
  if (source_.plugin_version.empty() || source_.plugin_version == input.plugin_version) return;
  source_.former_events = input.known_count;
  source_.retelling = is_document_;
  if (is_document_) former_events_ = input.known_count;
}

void Retelling::on_draft(const Draft& draft) {
  if (is_said(draft.body.kind)) said_offset_ = draft.record_offset_bytes;
}

void Retelling::on_record(const RecordReport& record, std::string_view bytes) {
  if (!is_document_) return;
  if (record.outcome == RecordOutcome::kUnchanged) last_.reset();
  if (bytes.empty() || record.offset_bytes != said_offset_) return;
  last_ = RecordMark{.key = std::string(record.key), .hash = hash64(without_separators(bytes))};
  const bool was_last = last_before_ && last_before_->key == last_->key;
  saw_last_before_ = saw_last_before_ || was_last;
  if (was_last && last_before_->hash != last_->hash) changed_offset_ = record.offset_bytes;
}

void Retelling::end_document() {
  // What is missing may come back.
  if (source_.retelling && last_before_ && !saw_last_before_) return;
  // What comes later came late.
  if (source_.retelling) source_.former_events = 0;
  source_.retelling = false;
  if (last_) source_.last_said = last_;
}

bool Retelling::is_told_otherwise(const Draft& draft, uint64_t place) const {
  if (!is_former(place) || has_changed(draft.record_offset_bytes)) return false;
  return is_document_ ? source_.retelling : draft.relisted;
}

void Retelling::leave_out(const EventId& id) {
  if (!is_document_) return;
  const auto fingerprint = fingerprint_of(id);
  const auto place = std::ranges::lower_bound(source_.left_out, fingerprint);
  if (place == source_.left_out.end() || *place != fingerprint) {
    source_.left_out.insert(place, fingerprint);
  }
}

bool Retelling::leaves_out(const EventId& id) const {
  return std::ranges::binary_search(source_.left_out, fingerprint_of(id));
}

void Retelling::note_content(const EventId& id, uint64_t place, uint64_t content) {
  if (source_.retelling && is_former(place)) contents_.push_back({id, content});
}

size_t Retelling::past_of(const KnownOrder& known, std::span<const Statement> statements,
                          const Aligned& aligned) const {
  const bool is_told = is_document_ ? !source_.retelling : source_.former_events == 0;
  if (is_told) return 0;
  const bool is_all_known =
      std::ranges::find(aligned.matches, Match::kNone) == aligned.matches.end();
  return is_all_known ? 0 : end_of_places(known, statements, source_.former_events);
}

}  // namespace kato
