#include "host/event/json_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace kato {
namespace {

constexpr auto kNeedsEscape = [] {
  std::array<bool, 256> table{};
  for (size_t c = 0; c < 0x20; ++c) {
    table[c] = true;
  }
  table['"'] = true;
  table['\\'] = true;
  return table;
}();

constexpr uint64_t kEachByte = 0x0101010101010101;
constexpr uint64_t kHighBits = 0x80 * kEachByte;

// The high bit of a byte is set if the byte is `value` or, perhaps, if one before it is.
constexpr uint64_t bytes_equal(uint64_t word, unsigned char value) {
  const uint64_t zero_if_equal = word ^ (value * kEachByte);
  return (zero_if_equal - kEachByte) & ~zero_if_equal & kHighBits;
}

// False: none of the eight bytes needs an escape.
constexpr bool may_need_escape(uint64_t word) {
  const uint64_t controls = (word - 0x20 * kEachByte) & ~word & kHighBits;
  return (controls | bytes_equal(word, '"') | bytes_equal(word, '\\')) != 0;
}

// From `at` on; the size of the text if there is none.
size_t next_to_escape(std::string_view text, size_t at) {
  while (at < text.size()) {
    uint64_t word = 0;
    if (text.size() - at >= sizeof(word)) {
      std::memcpy(&word, text.data() + at, sizeof(word));
      if (!may_need_escape(word)) {
        at += sizeof(word);
        continue;
      }
    }
    const size_t end = std::min(text.size(), at + sizeof(word));
    for (; at < end; ++at) {
      if (kNeedsEscape[static_cast<unsigned char>(text[at])]) return at;
    }
  }
  return text.size();
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  switch (c) {
    case '"':
      out.append("\\\"");
      return;
    case '\\':
      out.append("\\\\");
      return;
    case '\n':
      out.append("\\n");
      return;
    case '\r':
      out.append("\\r");
      return;
    case '\t':
      out.append("\\t");
      return;
    case '\b':
      out.append("\\b");
      return;
    case '\f':
      out.append("\\f");
      return;
    default: {
      const auto code = static_cast<unsigned char>(c);
      out.append("\\u00");
      out.push_back(kHexDigits[code >> 4U]);
      out.push_back(kHexDigits[code & 0x0FU]);
    }
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  size_t clean_from = 0;
  for (size_t i = next_to_escape(text, 0); i < text.size(); i = next_to_escape(text, i + 1)) {
    out.append(text.substr(clean_from, i - clean_from));
    append_escaped(out, text[i]);
    clean_from = i + 1;
  }
  out.append(text.substr(clean_from));
  out.push_back('"');
}

}  // namespace kato
