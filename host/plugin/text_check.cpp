#include "host/plugin/text_check.h"

#include <cstdint>
#include <cstring>
#include <simdjson.h>

namespace kato::plugin {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr size_t kShortText = 64;

bool is_short_ascii(std::string_view text) noexcept {
  constexpr uint64_t kHighBits = 0x8080808080808080U;
  uint64_t seen = 0;
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t word = 0;
    std::memcpy(&word, text.data() + i, 8);
    seen |= word;
  }
  for (; i < text.size(); ++i) {
    seen |= static_cast<uint64_t>(static_cast<unsigned char>(text[i]));
  }
  return (seen & kHighBits) == 0;
}

struct Lead {
  size_t length = 0;  // of the sequence; 0: no such lead byte
  unsigned char second_min = 0x80;
  unsigned char second_max = 0xBF;
};

Lead lead_of(unsigned char c) {
  if (c < 0x80) return {.length = 1};
  if (c < 0xC2) return {};
  if (c < 0xE0) return {.length = 2};
  if (c == 0xE0) return {.length = 3, .second_min = 0xA0};
  if (c == 0xED) return {.length = 3, .second_max = 0x9F};
  if (c < 0xF0) return {.length = 3};
  if (c == 0xF0) return {.length = 4, .second_min = 0x90};
  if (c == 0xF4) return {.length = 4, .second_max = 0x8F};
  if (c < 0xF4) return {.length = 4};
  return {};
}

struct Piece {
  size_t length = 0;
  bool valid = false;
};

// The sequence at the front of `text`, or the longest beginning of one.
Piece next_piece(std::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const Lead lead = lead_of(byte(0));
  if (lead.length == 0) return {.length = 1};
  for (size_t i = 1; i < lead.length; ++i) {
    const unsigned char min = i == 1 ? lead.second_min : 0x80;
    const unsigned char max = i == 1 ? lead.second_max : 0xBF;
    if (i >= text.size() || byte(i) < min || byte(i) > max) return {.length = i};
  }
  return {.length = lead.length, .valid = true};
}

}  // namespace

bool is_valid_utf8(std::string_view text) noexcept {
  if (text.size() <= kShortText && is_short_ascii(text)) return true;
  return simdjson::validate_utf8(text.data(), text.size());
}

void append_repaired_utf8(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const Piece piece = next_piece(text);
    out.append(piece.valid ? text.substr(0, piece.length) : kReplacement);
    text.remove_prefix(piece.length);
  }
}

std::string printable(std::string_view text, size_t max_bytes) {
  std::string line;
  for (text = text.substr(0, max_bytes); !text.empty();) {
    const Piece piece = next_piece(text);
    const bool is_control = static_cast<unsigned char>(text[0]) < 0x20 || text[0] == 0x7f;
    if (is_control) {
      line.push_back(' ');
    } else if (piece.valid) {
      line.append(text.substr(0, piece.length));
    } else if (text.size() > piece.length) {  // at the end it is what the cut left over
      line.append(kReplacement);
    }
    text.remove_prefix(piece.length);
  }
  return line;
}

}  // namespace kato::plugin
