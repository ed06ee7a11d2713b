// Canonical events for the tests of sinks.
#pragma once

#include <cstdint>
#include <kato/event.h>
#include <string>
#include <utility>
#include <vector>

namespace kato::testkit {

// kato_event and its payload with owned texts. An empty text is absent.
struct SampleEvent {
  int32_t kind = KATO_USER_MESSAGE;
  uint32_t flags = 0;
  int32_t utc_offset_s = 0;
  std::string event_id;
  uint64_t seq = 0;
  std::string revises;
  std::string provider_event_type;
  std::string provider_event_id;
  std::string provider_timestamp;
  std::string captured_at;
  int64_t time_unix_ms = KATO_NO_TIME;
  std::string turn_id;
  std::string model;

  uint32_t payload_flags = 0;
  std::string text;
  std::string phase;
  std::string subtype;
  int32_t level = KATO_LEVEL_UNSET;
  std::string tool_call_id;
  std::string parent_tool_call_id;
  std::string tool_name;
  std::string description;
  std::string input_json;
  std::string data_json;
  std::string decision_id;
  std::string decision_key;
  std::string free_text;
  std::string raw_type;
  std::vector<std::pair<std::string, std::string>> options;  // label, description
  std::vector<std::string> selections;
  std::vector<std::pair<std::string, std::string>> attachments;  // media type, name
  uint64_t attachment_size_bytes = UINT64_MAX;                   // of each one

  std::string command;
  std::string raw_argument;
  std::string target;
  std::string command_error;
  uint64_t command_line = 0;
  std::string canonical_json;
};

// A conversation by a seed: all kinds, known and unknown times, speakers that change or do not,
// texts with fences, blank lines, other scripts, CRLF and nothing at all. seq from 1.
[[nodiscard]] std::vector<SampleEvent> sample_events(uint64_t seed, size_t count);

}  // namespace kato::testkit
