// The name of a file for a conversation for which nobody gave one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "host/event/event.h"
#include "host/recording/time_zone.h"

namespace kato {

// "{provider}-{shortId}-{date}.{extension}": the date is that of `begun`, the session's first known
// time, in `zone`; "undated" without one.
[[nodiscard]] std::string export_name(const SessionRef& session, std::optional<UnixMillis> begun,
                                      std::string_view extension, const TimeZone& zone);

}  // namespace kato
