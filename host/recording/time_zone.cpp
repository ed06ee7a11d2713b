#include "host/recording/time_zone.h"

#include <chrono>
#include <date/tz.h>
#include <exception>

namespace kato {
namespace {

constexpr std::string_view kUtcName = "UTC";

}  // namespace

Result<TimeZone> TimeZone::named(std::string_view name) {
  if (name == kUtcName) return utc();
  try {
    return TimeZone(std::string(name), date::locate_zone(std::string(name)));
  } catch (const std::exception& thrown) {
    return fail(ErrorCode::kNotFound, "time zone {}: {}; install the package tzdata", name,
                thrown.what());
  }
}

TimeZone TimeZone::local(std::string_view tz) {
  if (tz.starts_with(':')) tz.remove_prefix(1);
  if (!tz.empty()) {
    if (auto zone = named(tz)) return *zone;
  }
  try {
    const auto* const zone = date::current_zone();
    return {zone->name(), zone};
  } catch (const std::exception&) {
    return utc();
  }
}

int32_t TimeZone::offset_s(UnixMillis at) const {
  if (zone_ == nullptr) return 0;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(
      std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(at.value)));
  const auto info = static_cast<const date::time_zone*>(zone_)->get_info(seconds);
  return static_cast<int32_t>(info.offset.count());
}

}  // namespace kato
