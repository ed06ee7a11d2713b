// "Did you mean ...?"
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace kato {

// How many single characters must be added, removed, changed or swapped with their neighbour to
// make one of the other; case does not count. Anything over 64 bytes is `limit` + 1 away.
[[nodiscard]] size_t edit_distance(std::string_view one, std::string_view other, size_t limit);

// The candidate that `word` most likely means: at most a third of its characters off, and no more
// than 3. Nothing if none is that near.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word,
                                                      std::span<const std::string_view> candidates);

}  // namespace kato
