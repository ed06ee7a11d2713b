// What of the bytes that are to be written next stands in a destination already.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "host/recording/announced_write.h"
#include "host/recording/destination_file.h"
#include "host/session/session_meta.h"

namespace kato {

// Bytes of which some are not known: those that the mask marks.
struct LooseBytes {
  std::string bytes;
  std::string mask;  // as long as `bytes`; 0: the byte is as it says
};

// The bytes are handed in their order. As soon as one of them is not there, the search is over.
// Where the place is not certain, they are looked for further on, too: behind what a person wrote.
class WrittenStretch {
 public:
  // Nothing stands there.
  WrittenStretch() = default;
  // after: where the tail that was written last ended; if edits have moved it since the stretch was
  // announced, that moved along. before: what was written up to there.
  [[nodiscard]] static Result<WrittenStretch> locate(DestinationFile& file,
                                                     const UnsureStretch& stretch,
                                                     const DestinationMark& after,
                                                     WrittenBefore before);

  // False: whatever comes must be written.
  [[nodiscard]] bool goes_on() const { return skipped_ > 0 || at_ < end_ || is_sought_; }
  // Where the next byte is looked for.
  [[nodiscard]] uint64_t offset_bytes() const { return at_; }
  // What is left of it, for the meta.
  [[nodiscard]] std::optional<UnsureStretch> left() const;

  // False: of bytes that begin so no more is there than another text has by chance, nor further on
  // where it is looked for there.
  [[nodiscard]] Result<bool> is_begun(File& file, std::string_view bytes) const;
  // What stands there, or its beginning, is something else, and of the bytes nothing is found
  // further on.
  [[nodiscard]] Result<bool> holds_other(File& file, std::string_view bytes) const;
  // How many of the first bytes are there. What is not there ends the search.
  [[nodiscard]] Result<size_t> take(File& file, std::string_view bytes);
  // How many would be there; the search stays where it is.
  [[nodiscard]] Result<size_t> match(File& file, std::string_view bytes) const;
  // The bytes as they stand there, if they fit: all of them, or as many as there are, with every
  // one that is not known among these; after a power loss further on, too. The search stays where
  // it is.
  [[nodiscard]] Result<std::optional<std::string>> match(File& file, const LooseBytes& loose) const;

  // Nothing but a beginning of the bytes stands there, it ends before the last that is not known,
  // and it is longer than `matched`: what is there of the bytes that are to be written.
  [[nodiscard]] Result<bool> ends_within_unknown(File& file, const LooseBytes& loose,
                                                 size_t matched) const;

 private:
  struct Fit {
    size_t bytes = 0;     // how many of the first ones are there
    bool to_end = false;  // and nothing else
  };
  // The tail was moved by edits before or after the stretch was announced, or both.
  struct Moved {
    uint64_t announced_at = 0;
    uint64_t tail_end = 0;
  };
  Result<std::optional<uint64_t>> locate_tail(DestinationFile& file, const DestinationMark& after);
  [[nodiscard]] WrittenStretch moved_to(uint64_t offset_bytes) const;
  // Of what the stretch holds.
  [[nodiscard]] Result<std::string> read(File& file, uint64_t from_bytes, uint64_t most) const;
  [[nodiscard]] Result<Fit> fit(File& file, std::string_view bytes) const;
  // Of the bytes, what was announced. Empty: they do not tell it.
  [[nodiscard]] std::string_view announced_of(std::string_view bytes) const;
  [[nodiscard]] EditedBefore before() const { return {.end = earlier_, .all = before_}; }
  Status go_where_it_is_whole(File& file, std::string_view announced);
  [[nodiscard]] Result<std::optional<uint64_t>> find_end(File& file, std::string_view announced,
                                                         const Fit& here, bool is_certain) const;
  Status choose_place(File& file, std::string_view bytes);
  [[nodiscard]] Result<std::optional<uint64_t>> look_further(File& file,
                                                             std::string_view bytes) const;
  Status seek(File& file, std::string_view bytes);

  uint64_t at_ = 0;
  uint64_t end_ = 0;
  uint64_t skipped_ = 0;
  bool after_power_loss_ = false;
  std::optional<UnixMillis> changed_;
  bool is_sought_ = false;             // the first bytes, wherever the file ends
  std::optional<uint64_t> seek_from_;  // the place is not certain
  bool is_anywhere_ = false;           // nor is anything before it what it was
  std::optional<Moved> moved_;         // likewise
  EarlierText earlier_;                // then; where it stands is no place
  WrittenBefore before_;               // all of it
};

}  // namespace kato
