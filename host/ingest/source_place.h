// Is a source still what it was up to the cursor?
#pragma once

#include "host/base/error.h"
#include "host/session/session_meta.h"
#include "host/source/source_reader.h"

namespace kato {

// The last record before the cursor, to be found again. bytes: all of it.
[[nodiscard]] RecordAnchor make_anchor(std::string_view key, uint64_t offset_bytes,
                                       std::string_view bytes);

// True if the source may be read on from the cursor. Reads some bytes before the cursor where the
// file is the same and has grown, the last record before it where it is another one. An append log
// only.
[[nodiscard]] Result<bool> stands_at_cursor(const SourceMeta& meta, SourcePacking packing,
                                            SourceReader& reader);

// True if the whole anchor is where it was, whatever file it is.
[[nodiscard]] Result<bool> holds_anchor(const SourceMeta& meta, SourceReader& reader);

}  // namespace kato
