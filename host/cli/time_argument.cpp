#include "host/cli/time_argument.h"

#include <charconv>
#include <string>

#include "host/base/time_text.h"

namespace kato {
namespace {

std::optional<int64_t> unit_ms(char unit) {
  constexpr int64_t kMinute = 60'000;
  switch (unit) {
    case 'm':
      return kMinute;
    case 'h':
      return kMinute * 60;
    case 'd':
      return kMinute * 60 * 24;
    case 'w':
      return kMinute * 60 * 24 * 7;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<UnixMillis> parse_time_argument(std::string_view text, UnixMillis now) {
  constexpr int64_t kMostUnits = 100'000;
  if (auto time = parse_rfc3339(text)) return time;
  if (auto day = parse_rfc3339(std::string(text) + "T00:00:00Z")) return day;
  int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end + 1 != text.data() + text.size()) return std::nullopt;
  const auto unit = unit_ms(*end);
  if (!unit || count < 0 || count > kMostUnits) return std::nullopt;
  return UnixMillis{now.value - count * *unit};
}

}  // namespace kato
