#include "tests/fuzz/event_bytes.h"

#include <array>
#include <charconv>

#include <nlohmann/json.hpp>

#include "host/base/utf8.h"

#include "tests/fuzz/sections.h"

namespace kato::fuzz {
namespace {

using testkit::SampleEvent;

constexpr size_t kMostEvents = 64;
constexpr char kItemEnd = '\x1c';
constexpr int64_t kLatestTime = 253402300799999;  // the end of the year 9999
constexpr int64_t kEarliestTime = -62167219200000;
constexpr int32_t kMostOffset = 18 * 3600;

constexpr std::array kTexts = {&SampleEvent::revises,
                               &SampleEvent::provider_event_type,
                               &SampleEvent::provider_event_id,
                               &SampleEvent::provider_timestamp,
                               &SampleEvent::captured_at,
                               &SampleEvent::turn_id,
                               &SampleEvent::model,
                               &SampleEvent::text,
                               &SampleEvent::phase,
                               &SampleEvent::subtype,
                               &SampleEvent::tool_call_id,
                               &SampleEvent::parent_tool_call_id,
                               &SampleEvent::tool_name,
                               &SampleEvent::description,
                               &SampleEvent::input_json,
                               &SampleEvent::data_json,
                               &SampleEvent::decision_id,
                               &SampleEvent::decision_key,
                               &SampleEvent::free_text,
                               &SampleEvent::raw_type,
                               &SampleEvent::command,
                               &SampleEvent::raw_argument,
                               &SampleEvent::target,
                               &SampleEvent::command_error};

int64_t number_of(std::string_view text) {
  int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string hex_id(uint64_t number) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id(32, '0');
  for (size_t i = 0; i < 16; ++i) {
    id[31 - i] = kDigits[number >> (4 * i) & 15U];
  }
  return id;
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs pairs_of(std::string_view bytes) {
  Pairs pairs;
  while (!bytes.empty()) {
    auto first = utf8_of(take_section(bytes, kItemEnd));
    pairs.emplace_back(std::move(first), utf8_of(take_section(bytes, kItemEnd)));
  }
  return pairs;
}

std::string bytes_of(const Pairs& pairs) {
  std::string bytes;
  for (const auto& [first, second] : pairs) {
    bytes.append(first).append(1, kItemEnd).append(second).append(1, kItemEnd);
  }
  return bytes;
}

void keep_json(std::string& text) {
  if (!nlohmann::json::accept(text) || text.contains('\n')) text.clear();
}

SampleEvent event_of(std::string_view bytes, uint64_t seq) {
  SampleEvent event;
  event.seq = seq;
  event.event_id = hex_id(seq);
  const auto number = [&] { return number_of(take_section(bytes, kUnitEnd)); };
  event.kind = static_cast<int32_t>(number());
  event.flags = static_cast<uint32_t>(number());
  event.payload_flags = static_cast<uint32_t>(number());
  event.level = static_cast<int32_t>(number());
  event.utc_offset_s = static_cast<int32_t>(number() % kMostOffset);
  const int64_t time = number();
  const bool is_time = time >= kEarliestTime && time <= kLatestTime;
  event.time_unix_ms = is_time ? time : KATO_NO_TIME;
  event.attachment_size_bytes = static_cast<uint64_t>(number());
  event.command_line = static_cast<uint64_t>(number());
  for (const auto field : kTexts) {
    event.*field = utf8_of(take_section(bytes, kUnitEnd));
  }
  keep_json(event.input_json);
  keep_json(event.data_json);
  event.options = pairs_of(take_section(bytes, kUnitEnd));
  event.attachments = pairs_of(take_section(bytes, kUnitEnd));
  for (const auto selection : sections_of(take_section(bytes, kUnitEnd), kItemEnd)) {
    event.selections.push_back(utf8_of(selection));
  }
  event.canonical_json = R"({"eventId":")" + event.event_id + "\"}";
  return event;
}

}  // namespace

std::string utf8_of(std::string_view text) {
  std::string valid;
  while (!text.empty()) {
    const size_t size = valid_utf8_bytes(text);
    valid += text.substr(0, size);
    text.remove_prefix(size < text.size() ? size + 1 : size);
  }
  return valid;
}

std::vector<SampleEvent> events_of(std::string_view bytes) {
  std::vector<SampleEvent> events;
  while (!bytes.empty() && events.size() < kMostEvents) {
    events.push_back(event_of(take_section(bytes, kRecordEnd), events.size() + 1));
  }
  return events;
}

std::string bytes_of(const std::vector<SampleEvent>& events) {
  std::string bytes;
  for (const auto& event : events) {
    for (const int64_t number :
         {int64_t{event.kind}, int64_t{event.flags}, int64_t{event.payload_flags},
          int64_t{event.level}, int64_t{event.utc_offset_s}, event.time_unix_ms,
          static_cast<int64_t>(event.attachment_size_bytes),
          static_cast<int64_t>(event.command_line)}) {
      bytes += std::to_string(number) + kUnitEnd;
    }
    for (const auto field : kTexts) {
      bytes += event.*field + kUnitEnd;
    }
    bytes += bytes_of(event.options) + kUnitEnd + bytes_of(event.attachments) + kUnitEnd;
    for (const auto& selection : event.selections) {
      bytes += selection + kItemEnd;
    }
    bytes += kRecordEnd;
  }
  return bytes;
}

}  // namespace kato::fuzz
