#include "unchanged_stretch.h"

#include <algorithm>

#include "repair.h"

namespace kato::jsonlog {
namespace {

// One comma, and blanks around it.
bool is_separator(std::string_view text) noexcept {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto comma = text.find_first_not_of(kBlanks);
  return comma != std::string_view::npos && text[comma] == ',' &&
         text.find_first_not_of(kBlanks, comma + 1) == std::string_view::npos;
}

}  // namespace

size_t count_unchanged(std::string_view text, const std::vector<DocumentItem>& before,
                       const sdk::Host& host) {
  size_t count = 0;
  for (; count + 1 < before.size(); ++count) {
    const auto& item = before[count];
    const size_t next = before[count + 1].begin;
    const bool is_there = next < text.size() &&
                          is_separator(text.substr(item.end, next - item.end)) &&
                          host.hash(text.substr(item.begin, item.end - item.begin)) == item.hash;
    if (!is_there) break;
  }
  return count;
}

std::string_view without(std::string_view text, const UnchangedStretch& stretch,
                         std::string& room) {
  const size_t size = text.size() - stretch.length;
  room.clear();
  room.reserve(size + kPaddingBytes);
  room.append(text.substr(0, stretch.begin));
  room.append(text.substr(stretch.begin + stretch.length));
  room.append(kPaddingBytes, '\0');
  return std::string_view(room).substr(0, size);
}

}  // namespace kato::jsonlog
