// The name of a file for a conversation for which nobody gave one.
#pragma once

#include <string>
#include <string_view>

#include "host/ingest/catalog.h"
#include "host/recording/time_zone.h"

namespace kato {

// "{provider}-{shortId}-{date}.{extension}": the date is that of the session's first known time in
// `zone`, "undated" without one.
[[nodiscard]] std::string export_name(const Session& session, std::string_view extension,
                                      const TimeZone& zone);

}  // namespace kato
