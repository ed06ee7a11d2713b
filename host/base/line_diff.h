// What differs between two texts, line by line, for people to read.
#pragma once

#include <string>
#include <string_view>

namespace kato {

// "- " before lines of `expected` alone, "+ " before those of `actual` alone, with a few common
// lines around; empty if the texts are equal. Where one line became another, the part around the
// first differing character is shown, so that long lines stay readable.
[[nodiscard]] std::string line_diff(std::string_view expected, std::string_view actual);

}  // namespace kato
