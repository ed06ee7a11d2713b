// Under which names what is degraded is told: the same as long as it lasts.
#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "host/event/event_id.h"

namespace kato {

// "session 1a2b3c4d".
[[nodiscard]] inline std::string session_name(std::string_view session_id) {
  return fmt::format("session {}", short_id(session_id));
}

[[nodiscard]] inline std::string log_name(std::string_view session_id) {
  return fmt::format("log of session {}", short_id(session_id));
}

// With an empty destination: how the names of all of the session's recordings begin.
[[nodiscard]] inline std::string recording_name(std::string_view session_id,
                                                std::string_view destination) {
  return fmt::format("recording of session {} to {}", short_id(session_id), destination);
}

// The same of its exports.
[[nodiscard]] inline std::string export_name(std::string_view session_id,
                                             std::string_view destination) {
  return fmt::format("export of session {} to {}", short_id(session_id), destination);
}

}  // namespace kato
