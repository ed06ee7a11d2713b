// Checks and cuts of UTF-8 text.
#pragma once

#include <cstddef>
#include <string_view>

namespace kato {

// The offset of the first byte that is not part of a valid sequence (overlong forms, surrogates and
// values over U+10FFFF are not); the text's size if all of it is valid.
[[nodiscard]] size_t valid_utf8_bytes(std::string_view text) noexcept;
[[nodiscard]] inline bool is_utf8(std::string_view text) noexcept {
  return valid_utf8_bytes(text) == text.size();
}

// The longest prefix of at most max_bytes that does not cut a sequence in two.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, size_t max_bytes) noexcept;

}  // namespace kato
