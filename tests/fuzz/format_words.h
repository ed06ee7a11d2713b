// A dictionary for libFuzzer, from the inputs themselves: it knows a format's words as soon as a
// fixture has them.
#pragma once

#include <string>
#include <vector>

namespace kato::fuzz {

// One line each: the quoted names and words that stand in the seeds, the most frequent first.
[[nodiscard]] std::string dictionary_of(const std::vector<std::string>& seeds);

}  // namespace kato::fuzz
