// What is often asked of texts in tests.
#pragma once

#include <cstddef>
#include <string_view>

namespace kato::test {

// How often `part` stands in it.
[[nodiscard]] inline size_t count_of(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace kato::test
