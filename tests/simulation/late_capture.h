// What can still be made of a session when its logs are gone.
#pragma once

#include <string>
#include <vector>

#include "tests/simulation/world.h"

namespace kato::simulation {

// Does what `kato export` does, for each session that has a twin. What breaks P10.
[[nodiscard]] std::vector<std::string> export_without_logs(World& world);

// Asks, as `kato record capture` does, for each session that has a twin; the daemon must run. What
// breaks P10.
[[nodiscard]] std::vector<std::string> capture_without_logs(World& world);

}  // namespace kato::simulation
