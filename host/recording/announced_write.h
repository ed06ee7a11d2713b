// An append that was announced before it was made, and where its text stands in a file that a
// person may have edited since.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "host/recording/earlier_text.h"
#include "host/session/write_journal.h"

namespace kato {

// What is to be told of an append to that file before it is made.
void describe_append(JournaledWrite& write, const FileInfo& file, std::string_view bytes);
// Of an announced append whose end is not known.
[[nodiscard]] UnsureStretch stretch_of(const JournaledWrite& write);

// What a person edited: the end of what was written before, and how often something stands in all
// of that.
struct EditedBefore {
  const EarlierText& end;
  const WrittenBefore& all;
};

// Whether bytes that stand in the file are from the last write: they are no short ones, and stand
// there more often than they were written before.
[[nodiscard]] Result<bool> is_from_last_write(File& file, std::string_view bytes,
                                              const EditedBefore& before);

// Where it stands whole: at the place that was announced, or else wherever in the last 64 MiB; of
// a short one at the end of the file alone.
// Nothing if it is not there, or cannot be told from what was written before.
[[nodiscard]] Result<std::optional<uint64_t>> find_whole_write(File& file, std::string_view text,
                                                               uint64_t announced_at,
                                                               const EditedBefore& before);

// As it was announced, with a person's edits in it.
struct EditedWrite {
  std::string_view text;
  size_t there_bytes = 0;         // so many of its first bytes, to the end of a line, stand there
  uint64_t from_bytes = 0;        // right before that offset
  bool is_place_certain = false;  // nothing that was written before stands behind it
};

// Where it ends, if it was written to its end: all its lines stand there in their order, or the
// last one does and can be told from others.
[[nodiscard]] Result<std::optional<uint64_t>> find_end_of(File& file, const EditedWrite& write,
                                                          const EditedBefore& before);

}  // namespace kato
