#include "host/cli/table.h"

#include <algorithm>

#include <fmt/format.h>

namespace kato {
namespace {

size_t columns_of(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

std::string as_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], columns_of(row[i]));
    }
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i] + std::string(widths[i] - columns_of(row[i]) + 2, ' ');
    }
    std::ranges::replace_if(line, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    line.resize(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string age_text(UnixMillis since, UnixMillis now) {
  constexpr int64_t kMinute = 60'000;
  constexpr int64_t kHour = 60 * kMinute;
  constexpr int64_t kDay = 24 * kHour;
  constexpr int64_t kMonth = 30 * kDay;
  constexpr int64_t kYear = 365 * kDay;
  const int64_t age = std::max<int64_t>(0, now.value - since.value);
  if (age < kHour) return fmt::format("{} min", age / kMinute);
  if (age < 2 * kDay) return fmt::format("{} h", age / kHour);
  if (age < 3 * kMonth) return fmt::format("{} d", age / kDay);
  if (age < 2 * kYear) return fmt::format("{} mon", age / kMonth);
  return fmt::format("{} y", age / kYear);
}

}  // namespace kato
