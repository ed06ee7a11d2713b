// Times as people type them.
#pragma once

#include <optional>
#include <string_view>

#include "host/base/clock.h"

namespace kato {

// "2026-02-25" (its beginning, UTC), "2026-02-25T16:00:00Z", or an age before `now`: "30m", "12h",
// "7d", "2w".
[[nodiscard]] std::optional<UnixMillis> parse_time_argument(std::string_view text, UnixMillis now);

}  // namespace kato
