#include "host/base/time_text.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>

namespace kato {
namespace {

// Takes fixed-width decimal fields and single characters off the front of a text.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool number(size_t digits, int& value) {
    if (rest_.size() < digits) return false;
    value = 0;
    for (size_t i = 0; i < digits; ++i) {
      if (!is_digit(rest_[i])) return false;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return true;
  }

  bool one_of(std::string_view allowed) {
    if (rest_.empty() || !allowed.contains(rest_.front())) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // ".123456" as milliseconds; nothing is 0.
  bool fraction(int& millis) {
    millis = 0;
    if (!one_of(".,")) return true;
    int scale = 100;
    size_t digits = 0;
    for (; !rest_.empty() && is_digit(rest_.front()); rest_.remove_prefix(1), ++digits) {
      millis += (rest_.front() - '0') * scale;
      scale /= 10;
    }
    return digits > 0;
  }

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  std::string_view rest_;
};

struct Offset {
  bool valid = false;
  std::chrono::minutes east{0};
};

Offset parse_offset(Cursor& cursor) {
  if (cursor.one_of("Zz")) return {.valid = true};
  const bool east = cursor.one_of("+");
  if (!east && !cursor.one_of("-")) return {};
  int hours = 0;
  int minutes = 0;
  if (!cursor.number(2, hours) || !cursor.one_of(":") || !cursor.number(2, minutes)) return {};
  if (hours > 23 || minutes > 59) return {};
  const auto magnitude = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  return {.valid = true, .east = east ? magnitude : -magnitude};
}

// With zeros in front, until it is `width` wide.
void append_number(std::string& text, int64_t number, size_t width) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof(digits), std::abs(number)).ptr;
  if (number < 0) {
    text.push_back('-');
    --width;
  }
  const auto length = static_cast<size_t>(end - digits);
  text.append(width - std::min(width, length), '0');
  text.append(digits, length);
}

}  // namespace

std::optional<UnixMillis> parse_rfc3339(std::string_view text) noexcept {
  using namespace std::chrono;
  Cursor cursor(text);
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, ms = 0;
  const bool shaped = cursor.number(4, y) && cursor.one_of("-") && cursor.number(2, mo) &&
                      cursor.one_of("-") && cursor.number(2, d) && cursor.one_of("Tt ") &&
                      cursor.number(2, h) && cursor.one_of(":") && cursor.number(2, mi) &&
                      cursor.one_of(":") && cursor.number(2, s) && cursor.fraction(ms);
  if (!shaped || h > 23 || mi > 59 || s > 60) return std::nullopt;
  const auto offset = parse_offset(cursor);
  const year_month_day date{year(y), month(static_cast<unsigned>(mo)),
                            day(static_cast<unsigned>(d))};
  if (!offset.valid || !cursor.at_end() || !date.ok()) return std::nullopt;
  const auto time = sys_days(date) + hours(h) + minutes(mi) + seconds(std::min(s, 59)) +
                    milliseconds(ms) - offset.east;
  return UnixMillis{duration_cast<milliseconds>(time.time_since_epoch()).count()};
}

std::string format_rfc3339(UnixMillis time) {
  using namespace std::chrono;
  const sys_time<milliseconds> point{milliseconds(time.value)};
  const auto midnight = floor<days>(point);
  const year_month_day date(midnight);
  const hh_mm_ss clock(point - midnight);
  std::string text;
  text.reserve(sizeof("2026-01-01T00:00:00.000Z"));
  append_number(text, static_cast<int>(date.year()), 4);
  text.push_back('-');
  append_number(text, static_cast<unsigned>(date.month()), 2);
  text.push_back('-');
  append_number(text, static_cast<unsigned>(date.day()), 2);
  text.push_back('T');
  append_number(text, clock.hours().count(), 2);
  text.push_back(':');
  append_number(text, clock.minutes().count(), 2);
  text.push_back(':');
  append_number(text, clock.seconds().count(), 2);
  text.push_back('.');
  append_number(text, clock.subseconds().count(), 3);
  text.push_back('Z');
  return text;
}

}  // namespace kato
