// Logs that grow as their clients write them, under the daemon's code.
#pragma once

#include <string>

namespace kato::test {

struct ShippedProvider {
  const char* plugin;
  const char* lonely;  // where below the root a log goes whose place is not known; %: its name
};
inline constexpr ShippedProvider kShippedProviders[] = {
    {"claude", "-project/%"},
    {"codex", "sessions/2026/02/25/rollout-2026-02-25T16-26-55-%"},
    {"gemini", "tmp/project/chats/session-%"},
};

// Grows all logs of the provider below the folder; each root in it is a home of its own. Checks
// that every twin says what a decoding at once says. most_moments: for each log, about. The cuts
// follow from KATO_SEED, and in each further round from the next one; KATO_GROWTH: only those with
// that in their path.
void grow_below(const ShippedProvider& shipped, const std::string& folder, size_t most_moments,
                uint64_t rounds = 1);

}  // namespace kato::test
