#include "host/config/problem.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace kato {

void sort_by_place(Problems& problems) {
  std::ranges::sort(problems, [](const Problem& one, const Problem& other) {
    return std::tie(one.where, one.what) < std::tie(other.where, other.what);
  });
}

std::string to_text(const Problem& problem) {
  return fmt::format("{}:{}:{}: {}; {}", problem.file, problem.where.line, problem.where.column,
                     problem.what, problem.remedy);
}

std::string to_text(Problems problems) {
  sort_by_place(problems);
  std::string text;
  for (const auto& problem : problems) {
    if (!text.empty()) text.push_back('\n');
    text += to_text(problem);
  }
  return text;
}

}  // namespace kato
