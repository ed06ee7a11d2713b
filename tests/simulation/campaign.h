// Many seeds, and what to do with one that fails.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/simulation/history.h"
#include "tests/simulation/world.h"

namespace kato::simulation {

struct SeedResult {
  std::vector<std::string> violations;
  int unchecked_sessions = 0;
  uint64_t calls = 0;  // of the file system, in all runs
  uint64_t steps = 0;
  Damage damage;
};

// Plays a history and judges it; then again what must not change anything: restarts, touched logs,
// an index that is gone, logs that are gone; what can still be captured then; then the same history
// without faults.
[[nodiscard]] SeedResult run_history(const WorldInput& input, const History& history);

// A shorter history that fails in the same way: of the violation's kind, whatever its numbers are.
[[nodiscard]] History shrink(const WorldInput& input, History history,
                             const std::string& violation);

}  // namespace kato::simulation
