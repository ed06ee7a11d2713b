#include "host/daemon/export_name.h"

#include <fmt/format.h>

#include "host/base/time_text.h"
#include "host/event/event_id.h"

namespace kato {

std::string export_name(const Session& session, std::string_view extension, const TimeZone& zone) {
  constexpr int64_t kMillis = 1000;
  constexpr size_t kDateLength = 10;
  std::string date = "undated";
  if (const auto begun = parse_rfc3339(session.identity().started_at)) {
    date = format_rfc3339({begun->value + zone.offset_s(*begun) * kMillis}).substr(0, kDateLength);
  }
  return fmt::format("{}-{}-{}.{}", session.ref.provider, short_id(session.ref.session_id), date,
                     extension);
}

}  // namespace kato
