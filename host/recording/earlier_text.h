// What a recording wrote before: tells what stands in a file that a person edited from what is to
// be written next, though it reads the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "host/base/error.h"
#include "host/io/file_system.h"

namespace kato {

inline constexpr size_t kEarlierTextBytes = size_t{16} << 10;

// A place in a file is known by what stands beside it.
class EarlierText {
 public:
  EarlierText() = default;
  // text: the end of what was written, at most kEarlierTextBytes of it.
  explicit EarlierText(std::string text) : text_(std::move(text)) {}

  // Whether the bytes there were written before: beside the same ones, or behind them, the text has
  // what the file has.
  [[nodiscard]] Result<bool> stands_at(File& file, uint64_t offset_bytes,
                                       uint64_t length_bytes) const;
  // Whether those of them that the text ends with stand there, and not such as it has elsewhere
  // too.
  [[nodiscard]] Result<bool> ends_at(File& file, uint64_t end_bytes, uint64_t length_bytes) const;

 private:
  std::string text_;
};

// Asked only where a person edited what was written before.
using EarlierTextSource = std::function<Result<EarlierText>()>;

}  // namespace kato
