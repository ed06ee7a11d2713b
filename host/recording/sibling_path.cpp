#include "host/recording/sibling_path.h"

#include <fmt/format.h>

namespace kato {
namespace {

// In front of the extension.
size_t stem_length(std::string_view path) {
  const auto dot = path.find_last_of('.');
  const bool has_extension = dot != std::string_view::npos && dot > path.find_last_of('/') + 1;
  return has_extension ? dot : path.size();
}

}  // namespace

std::string sibling_path(const std::string& path,
                         const std::function<bool(const std::string&)>& is_taken) {
  constexpr int kMostSiblings = 10'000;
  const auto stem = path.substr(0, stem_length(path));
  const auto extension = path.substr(stem.size());
  for (int number = 2; number < kMostSiblings; ++number) {
    auto candidate = fmt::format("{}-{}{}", stem, number, extension);
    if (!is_taken(candidate)) return candidate;
  }
  return path;
}

bool is_sibling(std::string_view candidate, std::string_view path) {
  const auto stem = path.substr(0, stem_length(path));
  const auto extension = path.substr(stem.size());
  if (candidate.size() < path.size() + 2) return false;
  if (!candidate.starts_with(stem) || !candidate.ends_with(extension)) return false;
  const auto number = candidate.substr(stem.size(), candidate.size() - path.size());
  return number.front() == '-' &&
         number.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

}  // namespace kato
