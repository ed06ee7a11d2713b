// What a recording wrote before, brought together with a file that a person edited: so that it is
// not taken for what is to be written next, though that reads the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.h"
#include "host/io/file_system.h"

namespace kato {

inline constexpr size_t kEarlierTextBytes = size_t{16} << 10;

// Line by line: as many of its lines as stand in the file in their order, each where it stands
// first. Blank ones say nothing.
class EarlierText {
 public:
  EarlierText() = default;
  // text: the end of what was written.
  explicit EarlierText(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  [[nodiscard]] bool contains(std::string_view bytes) const { return text_.contains(bytes); }
  // To be called before anything else is asked. The file is looked at from that offset on.
  Status find_in(File& file, uint64_t begin_bytes);

  // Where its first line stands that is there.
  [[nodiscard]] std::optional<uint64_t> begin_in_file() const;
  // Where it ends there; nothing: its last line is not there.
  [[nodiscard]] std::optional<uint64_t> end_in_file() const;
  // Where the last one of its lines that is there stands.
  [[nodiscard]] std::optional<uint64_t> last_in_file() const;
  // Where the line before the last one that is there stands.
  [[nodiscard]] std::optional<uint64_t> before_end_in_file() const;
  // Whether the bytes there are some of it.
  [[nodiscard]] Result<bool> stands_at(File& file, uint64_t offset_bytes,
                                       uint64_t length_bytes) const;
  // Whether bytes like these there occur in it more than once.
  [[nodiscard]] Result<bool> repeats(File& file, uint64_t offset_bytes,
                                     uint64_t length_bytes) const;

 private:
  struct Found {
    size_t in_text = 0;  // offsets of a line's first byte
    uint64_t in_file = 0;
  };
  std::string text_;
  std::vector<Found> found_;  // in their order
};

// What was written before, asked only where a person edited it.
struct WrittenBefore {
  std::function<Result<EarlierText>()> end;
  // How often those bytes stand in all of it; nothing: nobody knows. May read all of the twin.
  std::function<Result<std::optional<size_t>>(std::string_view)> count;
};

}  // namespace kato
