// Canonical events and the drafts that they are made of.
//
// All texts are views. Who makes an event says how long they live: usually as long as the Arena
// that they were copied into.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "host/base/clock.h"
#include "host/base/hash.h"
#include "host/event/kind.h"

namespace kato {

// Owns the texts and lists of a batch of events; gives everything back at once.
class Arena {
 public:
  [[nodiscard]] std::string_view copy(std::string_view text) {
    if (text.empty()) return text.data() == nullptr ? std::string_view() : std::string_view("");
    auto* const bytes = static_cast<char*>(memory_.allocate(text.size(), 1));
    text.copy(bytes, text.size());
    return {bytes, text.size()};
  }
  // Default-constructed elements. T must be trivially destructible.
  template <class T>
  [[nodiscard]] std::span<T> make(size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    if (count == 0) return {};
    auto* const first = static_cast<T*>(memory_.allocate(count * sizeof(T), alignof(T)));
    std::uninitialized_value_construct_n(first, count);
    return {first, count};
  }
  void clear() { memory_.release(); }

 private:
  std::pmr::monotonic_buffer_resource memory_;
};

// In this page "absent" is a view whose data() is null; an empty text that is there is not absent.

enum class CursorKind : uint8_t { kByteOffset = 1, kItemIndex = 2, kOpaque = 3 };

// The position of a record in its source.
struct Cursor {
  CursorKind kind = CursorKind::kByteOffset;
  uint64_t value = 0;
  std::string_view opaque;
};

struct DecisionOption {
  std::string_view label;
  std::string_view description;
};

inline constexpr uint64_t kUnknownSize = UINT64_MAX;

struct Attachment {
  std::string_view media_type;
  std::string_view name;
  uint64_t size_bytes = kUnknownSize;
  std::string_view hash;
};

enum class Level : uint8_t { kUnset = 0, kDebug = 1, kInfo = 2, kWarning = 3, kError = 4 };

struct Payload {
  std::string_view text;  // also: a tool's result, a decision's prompt
  std::string_view phase;
  std::string_view subtype;
  Level level = Level::kUnset;
  bool is_error = false;
  bool truncated = false;
  bool multi_select = false;
  std::string_view tool_call_id;
  std::string_view parent_tool_call_id;
  std::string_view tool_name;
  std::string_view description;
  std::string_view input_json;  // one valid JSON value on one line, or absent
  std::string_view data_json;   // likewise
  std::string_view decision_id;
  std::string_view decision_key;
  std::string_view free_text;
  std::string_view raw_type;
  uint64_t raw_length_bytes = 0;  // provider.raw: of the record
  std::string_view raw_json;      // provider.raw, where the root keeps raw records; or absent
  std::span<const DecisionOption> options;
  std::span<const std::string_view> selections;
  std::span<const Attachment> attachments;
  // user.kato-command
  std::string_view command;
  std::string_view raw_argument;
  std::string_view target;
  std::string_view command_error;
  uint64_t command_line = 0;  // 1-based
};

// What a draft and an event have in common.
struct EventBody {
  EventKind kind = EventKind::kProviderRaw;
  bool inherited = false;
  uint32_t emit_index = 0;
  Cursor cursor;
  std::string_view provider_event_type;
  std::string_view provider_event_id;
  std::string_view provider_timestamp;  // RFC 3339 as logged, or absent
  std::string_view turn_id;
  std::string_view model;
  Payload payload;
};

// What a provider says of one event.
struct Draft {
  EventBody body;
  bool relisted = false;
  bool revisable = false;
  std::string_view record_key;
  std::string_view part_key;
  uint64_t record_offset_bytes = 0;
  uint64_t record_length_bytes = 0;
};

using EventId = Hash128;

// One canonical event.
struct Event {
  EventBody body;
  EventId id{};
  uint64_t seq = 0;
  std::optional<EventId> revises;
  std::optional<UnixMillis> captured_at;  // only on live events
};

// The session that events belong to, as each line says it.
struct SessionRef {
  std::string provider;
  std::string provider_session_id;
  std::string session_id;
};

// The time to show: the provider's, else the capture's, else none.
[[nodiscard]] std::optional<UnixMillis> shown_time(const Event& event) noexcept;

}  // namespace kato
