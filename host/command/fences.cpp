#include "host/command/fences.h"

namespace kato {
namespace {

constexpr std::string_view kBlanks = " \t\r\v\f";
constexpr size_t kMinFence = 3;
constexpr size_t kMaxOrdinalDigits = 9;

std::string_view skip_blanks(std::string_view text) {
  const auto first = text.find_first_not_of(kBlanks);
  return first == std::string_view::npos ? std::string_view{} : text.substr(first);
}

// The length of "- ", "* ", "+ ", "1. " or "1) " at the beginning; 0 if there is none.
size_t list_marker(std::string_view text) {
  size_t length = 0;
  if (!text.empty() && (text[0] == '-' || text[0] == '*' || text[0] == '+')) {
    length = 1;
  } else {
    while (length < text.size() && length < kMaxOrdinalDigits && text[length] >= '0' &&
           text[length] <= '9') {
      ++length;
    }
    if (length == 0 || length == text.size()) return 0;
    if (text[length] != '.' && text[length] != ')') return 0;
    ++length;
  }
  return length < text.size() && (text[length] == ' ' || text[length] == '\t') ? length + 1 : 0;
}

size_t run_length(std::string_view text) {
  if (text.empty() || (text[0] != '`' && text[0] != '~')) return 0;
  const auto end = text.find_first_not_of(text[0]);
  return end == std::string_view::npos ? text.size() : end;
}

}  // namespace

std::string_view trim_blanks(std::string_view text) {
  const auto last = text.find_last_not_of(kBlanks);
  return last == std::string_view::npos ? std::string_view{}
                                        : skip_blanks(text.substr(0, last + 1));
}

bool FenceTracker::takes(std::string_view line) {
  auto text = trim_blanks(line);
  if (mark_ != 0) {
    const bool closes = !text.empty() && text[0] == mark_ && run_length(text) == text.size() &&
                        text.size() >= length_;
    if (closes) mark_ = 0;
    return true;
  }
  for (auto marker = list_marker(text); marker != 0; marker = list_marker(text)) {
    text = skip_blanks(text.substr(marker));
  }
  const auto length = run_length(text);
  if (length < kMinFence) return false;
  // ```like this``` on one line is a code span.
  if (text[0] == '`' && text.substr(length).contains('`')) return false;
  mark_ = text[0];
  length_ = length;
  return true;
}

}  // namespace kato
