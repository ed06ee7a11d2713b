// P3: no time in anything that was written but those of the logs and of the live clock.
#pragma once

#include <string>
#include <vector>

#include "tests/simulation/world.h"

namespace kato::simulation {

void check_times(const World& world, std::vector<std::string>& violations);

// Without what a power loss left of a line of JSON that it tore within a capture time, where the
// whole line follows.
[[nodiscard]] std::string without_torn_lines(const std::string& content);
// Headings without what it left of a capture time, the rest of which is gone.
[[nodiscard]] std::string without_torn_times(const std::string& content);
// A recording as it would be if nothing had been seen live.
[[nodiscard]] std::string without_capture_times(const std::string& path, std::string content);

// Without the head, and lines of events without their seq.
[[nodiscard]] std::string without_numbers(const std::string& content);

}  // namespace kato::simulation
