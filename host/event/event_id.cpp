#include "host/event/event_id.h"

#include <algorithm>

#include "host/base/time_text.h"
#include "host/event/normalised_text.h"

namespace kato {
std::string make_session_id(std::string_view provider, std::string_view provider_session_id) {
  return to_uuid_text(hash128({"session", provider, provider_session_id}));
}

std::string_view short_id(std::string_view session_id) noexcept {
  return session_id.substr(0, kShortIdLength);
}

std::string make_session_key(std::string_view provider, std::string_view session_id) {
  return std::string(provider) + "-" + std::string(session_id);
}

std::string_view session_id_of_key(std::string_view key) noexcept {
  constexpr size_t kSessionIdLength = 36;
  return key.substr(key.size() - std::min(key.size(), kSessionIdLength));
}

EventId make_event_id(std::string_view session_id, std::string_view record_key,
                      std::string_view part_key, std::string_view revision_key) {
  return hash128({"event", session_id, record_key, part_key, revision_key});
}

uint64_t content_hash(const EventBody& body) {
  const Payload& payload = body.payload;
  std::string content(1, static_cast<char>(body.kind));
  for (const auto text :
       {payload.text, payload.subtype, payload.tool_call_id, payload.tool_name, payload.input_json,
        payload.data_json, payload.decision_id, payload.free_text, payload.raw_type}) {
    append_normalised(content, text);
  }
  for (const auto& option : payload.options) {
    append_normalised(content, option.label);
  }
  for (const auto selection : payload.selections) {
    append_normalised(content, selection);
  }
  for (const auto& attachment : payload.attachments) {
    append_normalised(content, attachment.hash);
  }
  return hash64(content);
}

std::optional<UnixMillis> shown_time(const Event& event) noexcept {
  if (auto logged = parse_rfc3339(event.body.provider_timestamp)) return logged;
  return event.captured_at;
}

}  // namespace kato
