// Is a source still what it was up to the cursor?
#pragma once

#include "host/base/error.h"
#include "host/session/session_meta.h"
#include "host/source/source_reader.h"

namespace kato {

// The last record before the cursor, to be found again. bytes: all of it.
[[nodiscard]] RecordAnchor make_anchor(std::string_view key, uint64_t offset_bytes,
                                       std::string_view bytes);

enum class PlaceCheck : uint8_t {
  kRecord,  // all of the last record before the cursor
  kEnds,    // some bytes of it, if the file is the same: for who has checked the record and goes on
};

// True if the source may be read on from the cursor. An append log only.
[[nodiscard]] Result<bool> stands_at_cursor(const SourceMeta& meta, PlaceCheck check,
                                            SourceReader& reader);

// True if the whole anchor is where it was, whatever file it is.
[[nodiscard]] Result<bool> holds_anchor(const SourceMeta& meta, SourceReader& reader);

// True if what the alignment says of records behind the cursor still holds for the source.
[[nodiscard]] Result<bool> stands_as_compared(const SourceMeta& meta, SourceReader& reader);
// Once all of it is read.
void forget_what_was_compared(SourceMeta& meta);

}  // namespace kato
