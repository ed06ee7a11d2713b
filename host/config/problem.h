// What is wrong in a config file, and where.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kato {

// A place in a text file; both count from 1, columns in characters.
struct TextPosition {
  int line = 1;
  int column = 1;
  auto operator<=>(const TextPosition&) const = default;
};

struct Problem {
  std::string file;
  TextPosition where;
  std::string what;
  std::string remedy;

  bool operator==(const Problem&) const = default;
};

using Problems = std::vector<Problem>;

// By their places; in one place, by what they say.
void sort_by_place(Problems& problems);

// "file:line:column: what; remedy".
[[nodiscard]] std::string to_text(const Problem& problem);
// One line for each, in the order of their places, without a line break at the end.
[[nodiscard]] std::string to_text(Problems problems);

}  // namespace kato
