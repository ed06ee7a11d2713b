// Whether an interrupted run ended as the uninterrupted one did.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/crash/crash_run.h"

namespace kato::test {

struct Difference {
  size_t lost = 0;     // events that a file lacks
  size_t doubled = 0;  // or has more than once
  size_t files = 0;    // files with other bytes, but for capture times
  size_t times = 0;    // capture times that are not honest, or did not survive though durable
  std::vector<std::string> notes;

  [[nodiscard]] bool any() const { return lost + doubled + files + times > 0; }
};

[[nodiscard]] Difference compare(const Scenario& scenario, const Outcome& reference,
                                 const Outcome& outcome);

}  // namespace kato::test
