#include "host/ingest/retelling.h"

#include <algorithm>

#include "host/base/hash.h"

namespace kato {
namespace {

// The comma behind an item comes with the next one.
std::string_view without_separators(std::string_view record) {
  constexpr std::string_view kSeparators = ", \t\r\n";
  const auto begin = record.find_first_not_of(kSeparators);
  if (begin == std::string_view::npos) return {};
  return record.substr(begin, record.find_last_not_of(kSeparators) + 1 - begin);
}

}  // namespace

Retelling::Retelling(SourceMeta& source, bool is_document, std::string_view plugin_version,
                     uint64_t known_count)
    : source_(source), is_document_(is_document), last_before_(source.last_revisable) {
  if (source.cursor.value == 0 || source.plugin_version == plugin_version) return;
  source.former_events = known_count;
  source.retelling = is_document;
}

void Retelling::on_draft(const Draft& draft) {
  if (draft.revisable) revisable_offset_ = draft.record_offset_bytes;
}

void Retelling::on_record(const RecordReport& record, std::string_view bytes) {
  if (!is_document_ || bytes.empty() || record.offset_bytes != revisable_offset_) return;
  const RecordMark mark{.key = std::string(record.key), .hash = hash64(without_separators(bytes))};
  const bool was_last = last_before_ && last_before_->key == mark.key;
  if (was_last && last_before_->hash != mark.hash) changed_offset_ = record.offset_bytes;
  source_.last_revisable = mark;
}

bool Retelling::is_told_otherwise(const Draft& draft, uint64_t place) const {
  if (place >= source_.former_events || has_changed(draft.record_offset_bytes)) return false;
  return is_document_ ? source_.retelling : draft.relisted;
}

size_t Retelling::past_of(const KnownOrder& known, std::span<const Statement> statements,
                          const Aligned& aligned) const {
  const bool is_all_known =
      std::ranges::find(aligned.matches, Match::kNone) == aligned.matches.end();
  if (source_.former_events == 0 || is_all_known) return 0;
  return end_of_places(known, statements, source_.former_events);
}

}  // namespace kato
