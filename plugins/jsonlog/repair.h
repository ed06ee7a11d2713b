// Bytes that are no UTF-8, and NUL bytes: each becomes U+FFFD.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kato::jsonlog {

// That must be readable behind a text for parsers that read in wide steps.
inline constexpr size_t kPaddingBytes = 64;

// Writes `text`, repaired, to `out`, with kPaddingBytes readable behind it. Returns how many bytes
// were replaced.
size_t repair_bytes(std::string_view text, std::string& out);

// Where in the original a place of its repaired form lies. Questions must be asked in ascending
// order; all of them together take time linear in the text.
class OriginalOffsets {
 public:
  explicit OriginalOffsets(std::string_view original) noexcept : original_(original) {}

  [[nodiscard]] size_t of(size_t repaired_offset) noexcept;

 private:
  std::string_view original_;
  size_t at_ = 0;
  size_t repaired_at_ = 0;
};

}  // namespace kato::jsonlog
