// The content of strings: escapes, and the surrogates among them that stand alone.
#include <bit>
#include <cstring>

#include "json.h"
#include "repair.h"

namespace kato::jsonlog {
namespace {

constexpr uint32_t kReplacement = 0xFFFD;

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The number in "\uXXXX" at `at`; -1 if none stands there.
int32_t unicode_escape(std::string_view text, size_t at) noexcept {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return -1;
  int32_t code = 0;
  for (size_t i = at + 2; i < at + 6; ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0) return -1;
    code = code * 16 + digit;
  }
  return code;
}

bool is_high(int32_t code) noexcept {
  return code >= 0xD800 && code <= 0xDBFF;
}
bool is_low(int32_t code) noexcept {
  return code >= 0xDC00 && code <= 0xDFFF;
}

char* put_utf8(char* out, uint32_t code) noexcept {
  const auto put = [&](uint32_t byte) { *out++ = static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6));
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  }
  return out;
}

// Never longer than the escape. What is no escape stays as it stands, beginning with its backslash.
struct Unescaped {
  uint32_t code = '\\';
  size_t length = 1;  // of the escape
  bool repaired = true;
};

Unescaped unescape_unicode(std::string_view text, size_t at) noexcept {
  const int32_t code = unicode_escape(text, at);
  if (code < 0) return {};
  if (is_high(code)) {
    const int32_t low = unicode_escape(text, at + 6);
    if (!is_low(low)) return {kReplacement, 6, true};
    const int32_t whole = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    return {static_cast<uint32_t>(whole), 12, false};
  }
  if (is_low(code)) return {kReplacement, 6, true};
  return {static_cast<uint32_t>(code), 6, false};
}

// What stands for one character after a backslash, by that character; else NUL.
constexpr char simple_escape(char c) noexcept {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case '"':
    case '\\':
    case '/':
      return c;
    default:
      return '\0';
  }
}

// Copies up to the next backslash or the end, eight bytes at a time. May write as many bytes as
// there are in `from`, whatever it returns.
size_t copy_plain(std::string_view from, char* to) noexcept {
  constexpr uint64_t kOnes = 0x0101010101010101ULL;
  constexpr uint64_t kBackslashes = kOnes * '\\';
  size_t i = 0;
  if constexpr (std::endian::native == std::endian::little) {
    for (; i + 8 <= from.size(); i += 8) {
      uint64_t word = 0;
      std::memcpy(&word, from.data() + i, 8);
      std::memcpy(to + i, &word, 8);
      const uint64_t differing = word ^ kBackslashes;
      const uint64_t found = (differing - kOnes) & ~differing & (kOnes * 0x80);
      if (found != 0) return i + static_cast<size_t>(std::countr_zero(found)) / 8;
    }
  }
  for (; i < from.size() && from[i] != '\\'; ++i) {
    to[i] = from[i];
  }
  return i;
}

}  // namespace

std::string_view Json::unescape(std::string_view escaped, size_t first_escape) const {
  char* const begin = arena_.take(escaped.size() + kPaddingBytes);
  if (char* const end = unescape_fast(escaped, begin); end != nullptr) {
    arena_.give_back_from(end);
    return {begin, static_cast<size_t>(end - begin)};
  }
  arena_.give_back_from(begin);
  return unescape_slowly(escaped, first_escape);
}

std::string_view Json::unescape_slowly(std::string_view escaped, size_t first_escape) const {
  char* const begin = arena_.take(escaped.size() + kPaddingBytes);
  std::memcpy(begin, escaped.data(), first_escape);
  char* out = begin + first_escape;
  size_t at = first_escape;
  while (at < escaped.size()) {
    if (escaped[at] == '\\') {
      const char simple = at + 1 < escaped.size() ? simple_escape(escaped[at + 1]) : '\0';
      if (simple != '\0') {
        *out++ = simple;
        at += 2;
      } else {
        const auto one = unescape_unicode(escaped, at);
        if (one.repaired) ++repairs_;
        out = put_utf8(out, one.code);
        at += one.length;
      }
    }
    const size_t copied = copy_plain(escaped.substr(at), out);
    out += copied;
    at += copied;
  }
  arena_.give_back_from(out);
  return {begin, static_cast<size_t>(out - begin)};
}

// Replaces \uXXXX of lone surrogates by \uFFFD, length kept.
std::string_view Json::repair_surrogates(std::string_view json) const {
  char* copy = nullptr;
  size_t at = json.find('\\');
  while (at != std::string_view::npos && at + 1 < json.size()) {
    const int32_t code = unicode_escape(json, at);
    const bool pair = is_high(code) && is_low(unicode_escape(json, at + 6));
    if (!pair && (is_high(code) || is_low(code))) {
      if (copy == nullptr) copy = const_cast<char*>(arena_.copy(json).data());
      std::memcpy(copy + at, "\\uFFFD", 6);
      ++repairs_;
    }
    at = json.find('\\', at + (pair ? 12 : 2));
  }
  return copy == nullptr ? json : std::string_view(copy, json.size());
}

}  // namespace kato::jsonlog
