// An input in parts, divided by control characters that logs and texts hardly ever have, so that a
// fuzzer may move the borders and people can still read the input.
#pragma once

#include <string_view>
#include <vector>

namespace kato::fuzz {

inline constexpr char kGroupEnd = '\x1d';
inline constexpr char kRecordEnd = '\x1e';
inline constexpr char kUnitEnd = '\x1f';

// Takes what stands before the next `end` (all if there is none) off the front of `rest`.
inline std::string_view take_section(std::string_view& rest, char end) {
  const auto section = rest.substr(0, rest.find(end));
  rest.remove_prefix(section.size() < rest.size() ? section.size() + 1 : section.size());
  return section;
}

inline std::vector<std::string_view> sections_of(std::string_view text, char end) {
  std::vector<std::string_view> sections;
  while (!text.empty()) {
    sections.push_back(take_section(text, end));
  }
  return sections;
}

}  // namespace kato::fuzz
