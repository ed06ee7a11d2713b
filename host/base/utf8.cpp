#include "host/base/utf8.h"

#include <cstdint>

namespace kato {
namespace {

constexpr size_t kMaxSequenceBytes = 4;

uint8_t byte_at(std::string_view text, size_t at) {
  return static_cast<uint8_t>(text[at]);
}

bool is_continuation(uint8_t byte) {
  return (byte & 0xC0U) == 0x80U;
}

// The length of the sequence at `at`; 0 if it is not valid.
size_t sequence_bytes(std::string_view text, size_t at) {
  const uint8_t lead = byte_at(text, at);
  if (lead < 0x80U) return 1;
  if (lead < 0xC2U || lead > 0xF4U) return 0;
  const size_t length = lead < 0xE0U ? 2 : lead < 0xF0U ? 3 : 4;
  if (text.size() - at < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if (!is_continuation(byte_at(text, at + i))) return 0;
  }
  const uint8_t second = byte_at(text, at + 1);
  const bool overlong = (lead == 0xE0U && second < 0xA0U) || (lead == 0xF0U && second < 0x90U);
  const bool surrogate = lead == 0xEDU && second > 0x9FU;
  const bool too_high = lead == 0xF4U && second > 0x8FU;
  return overlong || surrogate || too_high ? 0 : length;
}

}  // namespace

size_t valid_utf8_bytes(std::string_view text) noexcept {
  size_t at = 0;
  while (at < text.size()) {
    const size_t length = sequence_bytes(text, at);
    if (length == 0) return at;
    at += length;
  }
  return at;
}

std::string_view utf8_prefix(std::string_view text, size_t max_bytes) noexcept {
  if (text.size() <= max_bytes) return text;
  size_t end = max_bytes;
  size_t back = 0;
  while (end > 0 && back < kMaxSequenceBytes && is_continuation(byte_at(text, end))) {
    --end;
    ++back;
  }
  return text.substr(0, back == kMaxSequenceBytes ? max_bytes : end);
}

}  // namespace kato
