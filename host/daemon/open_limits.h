// How many sessions may keep files open, of the handles that the process may have.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace kato {

struct OpenLimits {
  size_t at_work = 0;  // that wait for their commit: a handle each
  size_t idle = 0;     // likewise
  size_t active = 0;   // of those, that also keep open what they write to: some seven handles
};

// Leaves half of the handles to everything else.
[[nodiscard]] constexpr OpenLimits open_limits(uint64_t handles) {
  const auto part = [handles](uint64_t handles_each, uint64_t most) {
    return static_cast<size_t>(std::clamp<uint64_t>(handles / handles_each, 1, most));
  };
  return {.at_work = part(8, 128), .idle = part(16, 16), .active = part(32, 8)};
}

}  // namespace kato
