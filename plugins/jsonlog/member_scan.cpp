#include "member_scan.h"

namespace kato::jsonlog {

MemberScan::MemberScan(std::string_view text) noexcept : text_(text) {
  is_object_ = take('{');
}

void MemberScan::skip_blanks() noexcept {
  const size_t next = text_.find_first_not_of(" \t\r\n", at_);
  at_ = next == std::string_view::npos ? text_.size() : next;
}

bool MemberScan::take(char expected) noexcept {
  skip_blanks();
  if (at_ >= text_.size() || text_[at_] != expected) return false;
  ++at_;
  return true;
}

bool MemberScan::skip_string() noexcept {
  const size_t begin = ++at_;
  while (true) {
    const size_t quote = text_.find('"', at_);
    if (quote == std::string_view::npos) break;
    size_t escapes = 0;
    while (quote - escapes > begin && text_[quote - escapes - 1] == '\\') {
      ++escapes;
    }
    at_ = quote + 1;
    if (escapes % 2 == 0) return true;
  }
  at_ = text_.size();
  return false;
}

bool MemberScan::skip_value() noexcept {
  size_t depth = 0;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '"') {
      if (!skip_string()) return false;
      if (depth == 0) return true;
      continue;
    }
    if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return true;  // behind a number or a word
      if (--depth == 0) {
        ++at_;
        return true;
      }
    } else if (c == ',' && depth == 0) {
      return true;
    }
    ++at_;
  }
  return false;
}

bool MemberScan::next(Member& member) noexcept {
  if (!is_object_ || complete_) return false;
  take(',');
  if (take('}')) {
    complete_ = true;
    return false;
  }
  if (at_ >= text_.size() || text_[at_] != '"') return false;
  const size_t key = at_ + 1;
  if (!skip_string()) return false;
  member.key = text_.substr(key, at_ - 1 - key);
  if (!take(':')) return false;
  skip_blanks();
  const size_t value = at_;
  member.whole = skip_value();
  member.value = text_.substr(value, at_ - value);
  return !member.value.empty();
}

}  // namespace kato::jsonlog
