#include "host/plugin/json_check.h"

#include <bit>
#include <bitset>
#include <cstdint>
#include <cstring>

namespace kato::plugin {
namespace {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The four digits behind "\u", or -1.
int code_unit(std::string_view text, size_t at) {
  if (text.size() < at + 4) return -1;
  int unit = 0;
  for (size_t i = at; i < at + 4; ++i) {
    const int digit = hex_value(text[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}
constexpr bool is_high_surrogate(int unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}
constexpr bool is_low_surrogate(int unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

// A high bit for each byte that ends a run of plain string characters; exact up to the first one.
constexpr uint64_t special_bytes(uint64_t word) {
  constexpr uint64_t kOnes = 0x0101010101010101U;
  constexpr uint64_t kHighBits = 0x8080808080808080U;
  const uint64_t quote = word ^ (kOnes * '"');
  const uint64_t backslash = word ^ (kOnes * '\\');
  return (((word - kOnes * 0x20) & ~word) | ((quote - kOnes) & ~quote) |
          ((backslash - kOnes) & ~backslash)) &
         kHighBits;
}

// Walks one value; each step moves forward and returns false at the first thing that is not JSON.
class Walk {
 public:
  explicit Walk(std::string_view text) : text_(text) {}

  JsonCheck run() {
    found_.valid = document();
    return found_;
  }

 private:
  bool document() {
    if (!value()) return false;
    while (depth_ > 0) {
      if (!member_or_close()) return false;
    }
    skip_blanks();
    return at_ == text_.size();
  }

  // A value, or the opening of one that has members.
  bool value() {
    skip_blanks();
    if (at_ == text_.size()) return false;
    switch (text_[at_]) {
      case '{':
        return open(true);
      case '[':
        return open(false);
      case '"':
        return string();
      case 't':
        return literal("true");
      case 'f':
        return literal("false");
      case 'n':
        return literal("null");
      default:
        return number();
    }
  }

  bool open(bool is_object) {
    if (depth_ == kMaxJsonDepth) return false;
    ++at_;
    in_object_[depth_++] = is_object;
    skip_blanks();
    if (take(is_object ? '}' : ']')) {
      --depth_;
      return true;
    }
    return is_object ? name() && value() : value();
  }

  // What stands behind a value within an object or array.
  bool member_or_close() {
    const bool is_object = in_object_[depth_ - 1];
    skip_blanks();
    if (take(',')) {
      if (!is_object) return value();
      skip_blanks();
      return name() && value();
    }
    --depth_;
    return take(is_object ? '}' : ']');
  }

  bool name() {
    if (!string()) return false;
    skip_blanks();
    return take(':');
  }

  bool string() {
    if (!take('"')) return false;
    for (skip_plain(); at_ < text_.size(); skip_plain()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (c != '\\' || !escape()) return false;
    }
    return false;
  }

  void skip_plain() {
    if constexpr (std::endian::native == std::endian::little) {
      while (text_.size() - at_ >= 8) {
        uint64_t word = 0;
        std::memcpy(&word, text_.data() + at_, 8);
        const uint64_t special = special_bytes(word);
        if (special != 0) {
          at_ += static_cast<size_t>(std::countr_zero(special)) / 8;
          return;
        }
        at_ += 8;
      }
    }
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
           static_cast<unsigned char>(text_[at_]) >= 0x20) {
      ++at_;
    }
  }

  bool escape() {
    if (at_ == text_.size()) return false;
    const char c = text_[at_++];
    if (c != 'u') return std::string_view("\"\\/bfnrt").contains(c);
    const int unit = code_unit(text_, at_);
    if (unit < 0) return false;
    at_ += 4;
    if (is_high_surrogate(unit) && text_.substr(at_, 2) == "\\u" &&
        is_low_surrogate(code_unit(text_, at_ + 2))) {
      at_ += 6;
    } else if (is_high_surrogate(unit) || is_low_surrogate(unit)) {
      found_.has_lone_surrogate = true;
    }
    return true;
  }

  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      return digits();
    }
    return true;
  }

  bool digits() {
    const size_t begin = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) {
      ++at_;
    }
    return at_ > begin;
  }

  bool literal(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void skip_blanks() {
    for (; at_ < text_.size() && is_blank(text_[at_]); ++at_) {
      if (text_[at_] == '\n' || text_[at_] == '\r') found_.has_line_break = true;
    }
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t depth_ = 0;
  std::bitset<kMaxJsonDepth> in_object_;
  JsonCheck found_;
};

// Copies the string that begins at `at` and returns the offset behind it.
size_t append_tidy_string(std::string& out, std::string_view text, size_t at) {
  out.push_back(text[at++]);
  while (text[at] != '"') {
    if (text[at] != '\\') {
      out.push_back(text[at++]);
      continue;
    }
    const int unit = text[at + 1] == 'u' ? code_unit(text, at + 2) : -1;
    const bool is_pair = is_high_surrogate(unit) && text.substr(at + 6, 2) == "\\u" &&
                         is_low_surrogate(code_unit(text, at + 8));
    const size_t length = is_pair ? 12 : (unit >= 0 ? 6 : 2);
    const bool is_lone = !is_pair && (is_high_surrogate(unit) || is_low_surrogate(unit));
    out.append(is_lone ? "\\ufffd" : text.substr(at, length));
    at += length;
  }
  out.push_back('"');
  return at + 1;
}

}  // namespace

JsonCheck check_json(std::string_view text) noexcept {
  return Walk(text).run();
}

void append_tidy_json(std::string& out, std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    if (text[at] == '"') {
      at = append_tidy_string(out, text, at);
    } else {
      if (!is_blank(text[at])) out.push_back(text[at]);
      ++at;
    }
  }
}

}  // namespace kato::plugin
