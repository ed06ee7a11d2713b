#include "host/ingest/source_place.h"

#include <algorithm>

#include "host/base/hash.h"

namespace kato {
namespace {

constexpr uint64_t kEndsBytes = RecordAnchor::kHeadBytes + RecordAnchor::kTailBytes;

std::string ends_of(std::string_view bytes) {
  std::string ends(bytes.substr(0, kEndsBytes));
  if (bytes.size() <= kEndsBytes) return ends;
  ends.resize(RecordAnchor::kHeadBytes);
  return ends.append(bytes.substr(bytes.size() - RecordAnchor::kTailBytes));
}

Result<bool> holds_ends(const RecordAnchor& anchor, SourceReader& reader) {
  const bool is_short = anchor.length_bytes <= kEndsBytes;
  auto ends = reader.read_range(anchor.offset_bytes,
                                is_short ? anchor.length_bytes : RecordAnchor::kHeadBytes);
  if (!ends) return forward(ends);
  if (!is_short) {
    const uint64_t tail = anchor.offset_bytes + anchor.length_bytes - RecordAnchor::kTailBytes;
    const auto last = reader.read_range(tail, RecordAnchor::kTailBytes);
    if (!last) return forward(last);
    ends->append(*last);
  }
  return ends->size() == std::min(anchor.length_bytes, kEndsBytes) &&
         hash64(*ends) == anchor.ends_hash;
}

Result<bool> holds(const RecordAnchor& anchor, SourceReader& reader) {
  const auto bytes = reader.read_range(anchor.offset_bytes, anchor.length_bytes);
  if (!bytes) return forward(bytes);
  return bytes->size() == anchor.length_bytes && hash64(*bytes) == anchor.hash;
}

// Where there is no anchor, behind a record that was too long to be read.
Result<bool> holds_head(const SourceMeta& meta, SourceReader& reader) {
  if (reader.info().size_bytes < meta.cursor.value) return false;
  const auto head = reader.head(meta.head_length_bytes);
  if (!head) return forward(head);
  return head->length_bytes == meta.head_length_bytes && head->hash == meta.head_hash;
}

}  // namespace

RecordAnchor make_anchor(std::string_view key, uint64_t offset_bytes, std::string_view bytes) {
  return {.key = std::string(key),
          .offset_bytes = offset_bytes,
          .length_bytes = bytes.size(),
          .hash = hash64(bytes),
          .ends_hash = hash64(ends_of(bytes))};
}

Result<bool> holds_anchor(const SourceMeta& meta, SourceReader& reader) {
  if (!meta.anchor) return false;
  return holds(*meta.anchor, reader);
}

Result<bool> stands_as_compared(const SourceMeta& meta, SourceReader& reader) {
  const auto& compared = meta.alignment.compared;
  return compared ? holds(*compared, reader) : Result<bool>(true);
}

void forget_what_was_compared(SourceMeta& meta) {
  auto& compared = meta.alignment.compared;
  if (compared && meta.cursor.value > compared->offset_bytes) compared.reset();
}

Result<bool> stands_at_cursor(const SourceMeta& meta, PlaceCheck check, SourceReader& reader) {
  if (meta.cursor.value == 0) return true;
  if (!meta.anchor) return holds_head(meta, reader);
  const bool ends_will_do = check == PlaceCheck::kEnds && meta.id == reader.info().id;
  return ends_will_do ? holds_ends(*meta.anchor, reader) : holds_anchor(meta, reader);
}

}  // namespace kato
