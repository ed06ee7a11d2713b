#include "host/ingest/source_place.h"

#include <algorithm>

#include "host/base/hash.h"

namespace kato {
namespace {

std::string_view tail_of(std::string_view bytes) {
  return bytes.substr(bytes.size() - std::min<size_t>(bytes.size(), RecordAnchor::kTailBytes));
}

Result<bool> holds_tail(const RecordAnchor& anchor, SourceReader& reader) {
  const auto length = std::min<uint64_t>(anchor.length_bytes, RecordAnchor::kTailBytes);
  const auto tail = reader.read_range(anchor.offset_bytes + anchor.length_bytes - length, length);
  if (!tail) return forward(tail);
  return tail->size() == length && hash64(*tail) == anchor.tail_hash;
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
          .tail_hash = hash64(tail_of(bytes))};
}

Result<bool> holds_anchor(const SourceMeta& meta, SourceReader& reader) {
  if (!meta.anchor) return false;
  const auto bytes = reader.read_range(meta.anchor->offset_bytes, meta.anchor->length_bytes);
  if (!bytes) return forward(bytes);
  return bytes->size() == meta.anchor->length_bytes && hash64(*bytes) == meta.anchor->hash;
}

Result<bool> stands_at_cursor(const SourceMeta& meta, SourcePacking packing, SourceReader& reader) {
  if (meta.cursor.value == 0) return true;
  if (!meta.anchor) return holds_head(meta, reader);
  const bool same_file = meta.id == reader.info().id && packing == SourcePacking::kNone;
  return same_file ? holds_tail(*meta.anchor, reader) : holds_anchor(meta, reader);
}

}  // namespace kato
