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

// Where it stands whole: at the place that was announced, or else wherever in the last 64 MiB; of
// a short one at the end of the file alone.
// Nothing if it is not there, or cannot be told from what was written before.
[[nodiscard]] Result<std::optional<uint64_t>> find_whole_write(File& file, std::string_view text,
                                                               uint64_t announced_at,
                                                               const EarlierText& earlier);

// The end of it, as it was announced, with a person's edits in it.
struct EditedWrite {
  std::string_view text;
  uint64_t from_bytes = 0;        // nothing of it stands before that
  bool is_place_certain = false;  // nor does anything earlier stand behind
};

// Where it ends, if it was written to its end: its last line stands there and can be told from
// others, or in a certain place all its lines do, in their order.
[[nodiscard]] Result<std::optional<uint64_t>> find_end_of(File& file, const EditedWrite& write,
                                                          const EarlierText& earlier);

}  // namespace kato
