#include "host/recording/text_lines.h"

#include <algorithm>

namespace kato {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

}  // namespace

bool is_blank(std::string_view text) {
  return text.find_first_not_of(kBlanks) == std::string_view::npos;
}

std::optional<TextLine> next_line(std::string_view text, size_t& at) {
  while (at < text.size()) {
    const auto begin = at;
    const auto end = std::min(text.find('\n', begin), text.size());
    at = end + 1;
    const auto line = text.substr(begin, end - begin);
    if (!is_blank(line)) return TextLine{.begin = begin, .text = line};
  }
  return std::nullopt;
}

std::optional<TextLine> last_line(std::string_view text) {
  const auto last = text.find_last_not_of(kBlanks);
  if (last == std::string_view::npos) return std::nullopt;
  const auto before = text.rfind('\n', last);
  size_t at = before == std::string_view::npos ? 0 : before + 1;
  return next_line(text, at);
}

}  // namespace kato
