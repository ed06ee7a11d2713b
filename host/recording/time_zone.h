// Time zones by name, for headings in local time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "host/base/clock.h"
#include "host/base/error.h"

namespace kato {

// An IANA time zone. Copies share it. [any thread]
class TimeZone {
 public:
  // "UTC", "Europe/Berlin". kNotFound: the system's database does not have it.
  [[nodiscard]] static Result<TimeZone> named(std::string_view name);
  [[nodiscard]] static TimeZone utc() { return {"UTC", nullptr}; }
  // The zone of this machine: `tz` (the value of $TZ) if it names one, else the system's; UTC if
  // neither is to be had.
  [[nodiscard]] static TimeZone local(std::string_view tz);

  [[nodiscard]] const std::string& name() const { return name_; }
  // Seconds east of UTC at that time.
  [[nodiscard]] int32_t offset_s(UnixMillis at) const;

 private:
  TimeZone(std::string name, const void* zone) : name_(std::move(name)), zone_(zone) {}
  std::string name_;
  const void* zone_;  // date::time_zone of the library's database, which is never unloaded
};

}  // namespace kato
