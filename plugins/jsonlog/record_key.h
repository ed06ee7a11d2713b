// Keys of records to which the log gives no id of their own.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "state.h"

namespace kato::jsonlog {

// The longest id or timestamp of a log that becomes part of a key; a longer one counts as absent.
constexpr size_t kMaxIdBytes = 256;
constexpr size_t kMaxTimestampBytes = 64;

// With a timestamp: "<timestamp>/<hash>/<ordinal>", the ordinal counting from 0 among records that
// are equal in both. It is known for the last kWindow different ones: equal records stand close to
// each other, and one that comes again much later is the same record, listed again.
// Without: "<hash>/<ordinal>", the ordinal counting the records without id and timestamp from the
// beginning of the log, so that the words "go on" typed twice remain two records. For that to be
// stable, a key is made for each such record, whatever becomes of it.
// Ordinals depend on the saved state alone.
class RecordKeys {
 public:
  [[nodiscard]] std::string make(std::string_view timestamp, uint64_t bytes_hash);

  void save(StateWriter& out) const;
  void restore(StateReader& in);

 private:
  static constexpr size_t kWindow = 32;
  struct Seen {
    uint64_t hash = 0;  // of timestamp and bytes
    uint64_t count = 0;
  };
  uint64_t ordinal_among_equals(uint64_t hash);

  std::array<Seen, kWindow> window_{};  // a ring; next_ is the oldest
  size_t size_ = 0;
  size_t next_ = 0;
  uint64_t untimed_ = 0;
};

// 16 lower-case hex digits.
[[nodiscard]] std::string to_hex(uint64_t value);

}  // namespace kato::jsonlog
