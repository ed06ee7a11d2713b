// How captures into one file, of which some went beside it, may have been carried out.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tests/simulation/conversation.h"

namespace kato::simulation {

struct CaptureWay {
  // Those that went beside came first. Else last.
  bool siblings_first = false;
  // Captures that may be done twice went into the file that was asked for, and beside it too.
  bool captures_twice = false;
  // Which ones went beside, one bit each, where as many did. Else as above.
  std::optional<uint32_t> beside = {};
};

// What is nearly always the case, and what is left if none of that is.
[[nodiscard]] std::vector<CaptureWay> usual_ways(const Conversation& conversation);
[[nodiscard]] std::vector<CaptureWay> other_ways(const Conversation& conversation);

}  // namespace kato::simulation
