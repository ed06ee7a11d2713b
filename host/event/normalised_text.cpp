#include "host/event/normalised_text.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace kato {
namespace {

constexpr uint64_t kOnes = 0x0101010101010101U;
constexpr uint64_t kHigh = kOnes * 0x80;
constexpr uint64_t kLow = kOnes * 0x7F;

constexpr bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// The highest bit of each byte that is white space, of eight at a time.
constexpr uint64_t blanks_in(uint64_t bytes) {
  const uint64_t other = bytes ^ (kOnes * ' ');
  const uint64_t spaces = ~(((other & kLow) + kLow) | other | kLow);
  const uint64_t seven = bytes & kLow;
  const uint64_t from_tab = seven + kOnes * (0x80 - '\t');
  const uint64_t behind_return = seven + kOnes * (0x80 - '\r' - 1);
  return spaces | (from_tab & ~behind_return & ~bytes & kHigh);
}

class Writer {
 public:
  explicit Writer(char* to) : to_(to) {}

  void put(char c) {
    const bool blank = is_blank(c);
    *to_ = blank ? ' ' : c;
    to_ += static_cast<ptrdiff_t>(!blank || !behind_blank_);
    behind_blank_ = blank;
  }

  // Eight bytes, if no white space among them follows on other white space.
  bool put_eight(const char* from) {
    uint64_t bytes = 0;
    std::memcpy(&bytes, from, sizeof bytes);
    const uint64_t blanks = blanks_in(bytes);
    const uint64_t before = (blanks << 8U) | (behind_blank_ ? 0x80U : 0U);
    if ((blanks & before) != 0) return false;
    const uint64_t whole = (blanks >> 7U) * 0xFF;
    bytes = (bytes & ~whole) | (kOnes * ' ' & whole);
    std::memcpy(to_, &bytes, sizeof bytes);
    to_ += sizeof bytes;
    behind_blank_ = (blanks >> 63U) != 0;
    return true;
  }

  [[nodiscard]] char* end(const char* begin) {
    if (behind_blank_ && to_ > begin) --to_;
    return to_;
  }

 private:
  char* to_;
  bool behind_blank_ = true;  // at the beginning all of it is left out
};

}  // namespace

void append_normalised(std::string& out, std::string_view text) {
  constexpr size_t kStep = sizeof(uint64_t);
  const size_t begin = out.size();
  out.resize(begin + text.size() + 1);
  Writer writer(out.data() + begin);
  size_t at = 0;
  for (; at + kStep <= text.size(); at += kStep) {
    const bool wide = std::endian::native == std::endian::little;
    if (wide && writer.put_eight(text.data() + at)) continue;
    for (const char c : text.substr(at, kStep)) {
      writer.put(c);
    }
  }
  for (const char c : text.substr(at)) {
    writer.put(c);
  }
  const size_t end = static_cast<size_t>(writer.end(out.data() + begin) - out.data());
  out[end] = '\0';
  out.resize(end + 1);
}

}  // namespace kato
