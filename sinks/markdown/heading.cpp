#include "heading.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <kato/abi.h>
#include <kato/event.h>
#include <optional>

#include "text.h"

namespace kato::markdown {
namespace {

struct LocalTime {
  int year;
  unsigned month, day, hour, minute, second;
  int offset_minutes;
};

std::optional<LocalTime> local_time(const HeadingInput& input) {
  using namespace std::chrono;
  // Years 1 to 9999: what is beyond was never a time of a conversation.
  constexpr int64_t kFirstMs = -62135596800000;
  constexpr int64_t kLastMs = 253402300799999;
  constexpr int32_t kMostOffset = 24 * 3600;
  const int64_t offset = std::clamp(input.utc_offset_s, -kMostOffset, kMostOffset);
  if (input.time_unix_ms < kFirstMs || input.time_unix_ms > kLastMs) return std::nullopt;
  const int64_t local_ms = input.time_unix_ms + offset * 1000;
  if (local_ms < kFirstMs || local_ms > kLastMs) return std::nullopt;
  const sys_time<milliseconds> point{milliseconds(local_ms)};
  const auto midnight = floor<days>(point);
  const year_month_day date(midnight);
  const hh_mm_ss clock(point - midnight);
  return LocalTime{.year = static_cast<int>(date.year()),
                   .month = static_cast<unsigned>(date.month()),
                   .day = static_cast<unsigned>(date.day()),
                   .hour = static_cast<unsigned>(clock.hours().count()),
                   .minute = static_cast<unsigned>(clock.minutes().count()),
                   .second = static_cast<unsigned>(clock.seconds().count()),
                   .offset_minutes = static_cast<int>(offset / 60)};
}

void append_number(std::string& out, unsigned value, size_t digits) {
  std::array<char, 12> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  const auto length = static_cast<size_t>(end - text.data());
  if (length < digits) out.append(digits - length, '0');
  out.append(text.data(), length);
}

void append_date(std::string& out, const LocalTime& time) {
  append_number(out, static_cast<unsigned>(time.year), 4);
  out += '-';
  append_number(out, time.month, 2);
  out += '-';
  append_number(out, time.day, 2);
}

void append_clock(std::string& out, const LocalTime& time) {
  append_number(out, time.hour, 2);
  append_number(out, time.minute, 2);
  out += '_';
  append_number(out, time.second, 2);
}

void append_offset(std::string& out, const LocalTime& time) {
  out += time.offset_minutes < 0 ? '-' : '+';
  const auto minutes = static_cast<unsigned>(std::abs(time.offset_minutes));
  append_number(out, minutes / 60, 2);
  out += ':';
  append_number(out, minutes % 60, 2);
}

std::string_view role_name(Role role) {
  switch (role) {
    case Role::kUser:
      return "user";
    case Role::kAssistant:
      return "assistant";
    case Role::kSystem:
      return "system";
    case Role::kNobody:
      break;
  }
  return {};
}

constexpr std::array<std::string_view, 12> kTokens{"speaker", "role",   "model",  "date",
                                                   "time",    "year",   "month",  "day",
                                                   "hour",    "minute", "second", "offset"};

void append_time_token(std::string& out, std::string_view token, const LocalTime& time) {
  if (token == "date") {
    append_date(out, time);
  } else if (token == "time") {
    append_clock(out, time);
  } else if (token == "year") {
    append_number(out, static_cast<unsigned>(time.year), 4);
  } else if (token == "month") {
    append_number(out, time.month, 2);
  } else if (token == "day") {
    append_number(out, time.day, 2);
  } else if (token == "hour") {
    append_number(out, time.hour, 2);
  } else if (token == "minute") {
    append_number(out, time.minute, 2);
  } else if (token == "second") {
    append_number(out, time.second, 2);
  } else if (token == "offset") {
    append_offset(out, time);
  }
}

// Appends the token's value; false: it is unknown here.
bool append_token(std::string& out, std::string_view token, const HeadingInput& input,
                  const std::optional<LocalTime>& time) {
  if (token == "speaker") {
    out += input.speaker.name;
    return !input.speaker.name.empty();
  }
  if (token == "role") {
    out += role_name(input.speaker.role);
    return true;
  }
  if (token == "model") {
    append_model_name(out, input.model);
    return !input.model.empty();
  }
  if (!time) return false;
  append_time_token(out, token, *time);
  return true;
}

}  // namespace

void append_model_name(std::string& out, std::string_view model) {
  const size_t begin = out.size();
  // '<' would begin a tag: a model may be called "<synthetic>".
  std::string line;
  append_one_line(line, model, kMaxNameCharacters);
  for (const char c : line) {
    if (c == '<') out += '\\';
    out += c;
  }
  const auto digits_before = [&out, begin](size_t end) {
    size_t at = end;
    while (at > begin && is_ascii_digit(out[at - 1])) {
      --at;
    }
    return at;
  };
  const size_t minor = digits_before(out.size());
  if (minor == out.size() || minor <= begin + 1 || out[minor - 1] != '-') return;
  const size_t major = digits_before(minor - 1);
  if (major == minor - 1 || major <= begin || out[major - 1] != '-') return;
  out[minor - 1] = '.';
}

Speaker speaker_of(Role role, std::string_view model, const Options& options) {
  Speaker speaker{.role = role, .name = {}};
  if (role == Role::kAssistant && !model.empty()) {
    for (const auto& [known, name] : options.model_speakers) {
      if (known != model) continue;
      append_one_line(speaker.name, name, kMaxNameCharacters);
      return speaker;
    }
    append_model_name(speaker.name, model);
    if (!speaker.name.empty()) return speaker;
  }
  const std::string& name = role == Role::kUser     ? options.user_speaker
                            : role == Role::kSystem ? options.system_speaker
                                                    : options.assistant_speaker;
  append_one_line(speaker.name, name, kMaxNameCharacters);
  return speaker;
}

void append_heading(std::string& out, const HeadingInput& input, const Options& options) {
  const auto time = local_time(input);
  const size_t begin = out.size();
  std::string_view rest = options.heading_template;
  size_t group_begin = 0;
  bool group_known = true;
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '[') {
      group_begin = out.size();
      group_known = true;
    } else if (c == ']') {
      if (!group_known) out.resize(group_begin);
    } else if (c == '{') {
      const size_t end = std::min(rest.find('}'), rest.size());
      if (!append_token(out, rest.substr(0, end), input, time)) group_known = false;
      rest.remove_prefix(std::min(end + 1, rest.size()));
    } else {
      out += c;
    }
  }
  while (out.size() > begin && is_blank(out.back())) {
    out.pop_back();
  }
}

bool is_heading_template(std::string_view heading_template) {
  bool in_group = false;
  std::string_view rest = heading_template;
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '\n' || c == '\r' || c == '}') return false;
    if (c == '[' || c == ']') {
      if (in_group == (c == '[')) return false;
      in_group = c == '[';
    }
    if (c != '{') continue;
    const size_t end = rest.find('}');
    if (end == std::string_view::npos) return false;
    if (std::find(kTokens.begin(), kTokens.end(), rest.substr(0, end)) == kTokens.end()) {
      return false;
    }
    rest.remove_prefix(end + 1);
  }
  return !in_group && !heading_template.empty();
}

}  // namespace kato::markdown
