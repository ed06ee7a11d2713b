#include "host/base/nearest.h"

#include <algorithm>
#include <array>

namespace kato {
namespace {

constexpr size_t kMaxWordBytes = 64;
using Row = std::array<size_t, kMaxWordBytes + 1>;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

size_t edit_distance(std::string_view one, std::string_view other, size_t limit) {
  if (one.size() > kMaxWordBytes || other.size() > kMaxWordBytes) return limit + 1;
  Row before_last{};
  Row last{};
  Row current{};
  for (size_t j = 0; j <= other.size(); ++j) {
    current[j] = j;
  }
  for (size_t i = 1; i <= one.size(); ++i) {
    before_last = last;
    last = current;
    current[0] = i;
    for (size_t j = 1; j <= other.size(); ++j) {
      const bool same = lower(one[i - 1]) == lower(other[j - 1]);
      current[j] = std::min({last[j] + 1, current[j - 1] + 1, last[j - 1] + (same ? 0U : 1U)});
      const bool swapped = i > 1 && j > 1 && lower(one[i - 1]) == lower(other[j - 2]) &&
                           lower(one[i - 2]) == lower(other[j - 1]);
      if (swapped) current[j] = std::min(current[j], before_last[j - 2] + 1);
    }
  }
  return std::min(current[other.size()], limit + 1);
}

std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> candidates) {
  const size_t allowed = std::clamp<size_t>(word.size() / 3, 1, 3);
  size_t best = allowed + 1;
  std::optional<std::string_view> found;
  for (const auto candidate : candidates) {
    const size_t distance = edit_distance(word, candidate, allowed);
    if (distance < best) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

}  // namespace kato
