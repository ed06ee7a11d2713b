#include "host/daemon/export_name.h"

#include <fmt/format.h>

#include "host/base/time_text.h"
#include "host/event/event_id.h"

namespace kato {

std::string export_name(const SessionRef& session, std::optional<UnixMillis> begun,
                        std::string_view extension, const TimeZone& zone) {
  constexpr int64_t kMillis = 1000;
  constexpr size_t kDateLength = 10;
  std::string date = "undated";
  if (begun) {
    date = format_rfc3339({begun->value + zone.offset_s(*begun) * kMillis}).substr(0, kDateLength);
  }
  return fmt::format("{}-{}-{}.{}", session.provider, short_id(session.session_id), date,
                     extension);
}

}  // namespace kato
