#include "host/recording/sibling_path.h"

#include <fmt/format.h>

namespace kato {

std::string sibling_path(const std::string& path,
                         const std::function<bool(const std::string&)>& is_taken) {
  constexpr int kMostSiblings = 10'000;
  const auto dot = path.find_last_of('.');
  const bool has_extension = dot != std::string::npos && dot > path.find_last_of('/') + 1;
  const auto stem = path.substr(0, has_extension ? dot : path.size());
  const auto extension = has_extension ? path.substr(dot) : std::string();
  for (int number = 2; number < kMostSiblings; ++number) {
    auto candidate = fmt::format("{}-{}{}", stem, number, extension);
    if (!is_taken(candidate)) return candidate;
  }
  return path;
}

}  // namespace kato
