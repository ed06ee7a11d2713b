#include "copied_history.h"

#include <charconv>
#include <chrono>

namespace kato::codex {
namespace {

// Without turn ids only time tells: nobody types anything so soon after a fork.
constexpr uint64_t kCopyingTakesMs = 2000;

int number_at(std::string_view text, size_t at, size_t length) noexcept {
  int value = -1;
  const char* const end = text.data() + at + length;
  const auto [stopped, error] = std::from_chars(text.data() + at, end, value);
  return error == std::errc() && stopped == end ? value : -1;
}

}  // namespace

uint64_t time_in_id(std::string_view id) noexcept {
  constexpr size_t kUuidLength = 36;
  if (id.size() != kUuidLength || id[8] != '-' || id[14] != '7') return 0;
  uint64_t high = 0;
  uint64_t low = 0;
  const auto parse = [&](size_t from, size_t to, uint64_t& value) {
    const char* const end = id.data() + to;
    const auto [stopped, error] = std::from_chars(id.data() + from, end, value, 16);
    return error == std::errc() && stopped == end;
  };
  return parse(0, 8, high) && parse(9, 13, low) ? (high << 16U) | low : 0;
}

uint64_t time_in_timestamp(std::string_view timestamp) noexcept {
  if (timestamp.size() < 20 || timestamp[10] != 'T' || timestamp.back() != 'Z') return 0;
  using namespace std::chrono;
  const year_month_day date(year(number_at(timestamp, 0, 4)),
                            month(static_cast<unsigned>(number_at(timestamp, 5, 2))),
                            day(static_cast<unsigned>(number_at(timestamp, 8, 2))));
  const int hour = number_at(timestamp, 11, 2);
  const int minute = number_at(timestamp, 14, 2);
  const int second = number_at(timestamp, 17, 2);
  if (!date.ok() || hour < 0 || minute < 0 || second < 0) return 0;
  const bool has_ms = timestamp.size() >= 24 && timestamp[19] == '.';
  const auto ms = milliseconds(has_ms ? std::max(0, number_at(timestamp, 20, 3)) : 0);
  const auto since_epoch = duration_cast<milliseconds>(sys_days(date).time_since_epoch()) +
                           hours(hour) + minutes(minute) + seconds(second) + ms;
  return since_epoch.count() > 0 ? static_cast<uint64_t>(since_epoch.count()) : 0;
}

void CopiedHistory::begin(jsonlog::Value own_meta, std::string_view own_id,
                          std::string_view timestamp) noexcept {
  const auto ordinal = own_meta["subagent_history_start_ordinal"].integer().value_or(0);
  own_start_ordinal_ = ordinal > 0 ? static_cast<uint64_t>(ordinal) : 0;
  began_ms_ = time_in_id(own_id);
  if (began_ms_ == 0) began_ms_ = time_in_timestamp(timestamp);
  copying_ = own_start_ordinal_ > 0;
}

void CopiedHistory::on_record(std::optional<int64_t> ordinal, std::string_view turn_id,
                              std::string_view timestamp) noexcept {
  if (!copying_) return;
  if (own_start_ordinal_ > 0 && ordinal) {
    copying_ = static_cast<uint64_t>(*ordinal) < own_start_ordinal_;
    return;
  }
  if (const uint64_t turn_began = time_in_id(turn_id); turn_began > 0) {
    turns_named_ = true;
    copying_ = turn_began < began_ms_;
  } else if (!turns_named_) {
    copying_ = time_in_timestamp(timestamp) <= began_ms_ + kCopyingTakesMs;
  }
}

void CopiedHistory::save(jsonlog::StateWriter& out) const {
  out.number(own_start_ordinal_);
  out.number(began_ms_);
  out.flag(copying_);
  out.flag(turns_named_);
}

void CopiedHistory::restore(jsonlog::StateReader& in) {
  own_start_ordinal_ = in.number();
  began_ms_ = in.number();
  copying_ = in.flag();
  turns_named_ = in.flag();
}

}  // namespace kato::codex
