// RFC 3339 text and milliseconds since 1970 UTC.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "host/base/clock.h"

namespace kato {

// Accepts "2026-02-25T16:26:55Z", any number of fractional digits (cut to ms), "Z" or "+hh:mm",
// 'T', 't' or a blank between date and time. Checks the calendar. A leap second counts as :59.
[[nodiscard]] std::optional<UnixMillis> parse_rfc3339(std::string_view text) noexcept;

// "2026-02-25T16:26:55.012Z".
[[nodiscard]] std::string format_rfc3339(UnixMillis time);

}  // namespace kato
