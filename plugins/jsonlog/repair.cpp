#include "repair.h"

#include <algorithm>
#include <cstdint>

namespace kato::jsonlog {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// Length of the valid UTF-8 sequence at the front of `text`; 0 if there is none.
size_t sequence_length(std::string_view text) noexcept {
  const auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<uint8_t>(text[i]) : uint8_t{0};
  };
  const auto tail = [&](size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return lead == 0 ? 0 : 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!tail(1) || !tail(2)) return 0;
    const bool overlong = lead == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = lead == 0xED && byte(1) >= 0xA0;
    return overlong || surrogate ? 0 : 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    const bool overlong = lead == 0xF0 && byte(1) < 0x90;
    const bool too_large = lead == 0xF4 && byte(1) >= 0x90;
    return overlong || too_large ? 0 : 4;
  }
  return 0;
}

}  // namespace

size_t repair_bytes(std::string_view text, std::string& out) {
  size_t repairs = 0;
  out.clear();
  out.reserve(text.size() + 64);
  while (!text.empty()) {
    const size_t length = sequence_length(text);
    if (length == 0) {
      out += kReplacement;
      ++repairs;
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  out.reserve(out.size() + kPaddingBytes);
  return repairs;
}

size_t OriginalOffsets::of(size_t repaired_offset) noexcept {
  while (repaired_at_ < repaired_offset && at_ < original_.size()) {
    const size_t length = sequence_length(original_.substr(at_));
    at_ += std::max<size_t>(length, 1);
    repaired_at_ += length == 0 ? kReplacement.size() : length;
  }
  return at_;
}

}  // namespace kato::jsonlog
