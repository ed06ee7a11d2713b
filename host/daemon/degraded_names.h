// Under which names what is degraded is told: the same as long as it lasts. Asked for at each step.
#pragma once

#include <string>
#include <string_view>

#include "host/event/event_id.h"

namespace kato {

// "session 1a2b3c4d".
[[nodiscard]] inline std::string session_name(std::string_view session_id) {
  return std::string("session ").append(short_id(session_id));
}

[[nodiscard]] inline std::string copy_name(std::string_view session_id) {
  return std::string("copy of session ").append(short_id(session_id));
}

[[nodiscard]] inline std::string log_name(std::string_view session_id) {
  return std::string("log of session ").append(short_id(session_id));
}

// With an empty id: how the names of all sessions' begin.
[[nodiscard]] inline std::string recordings_name(std::string_view session_id) {
  return std::string("recordings of session ").append(short_id(session_id));
}

// With an empty destination: how the names of all of the session's recordings begin.
[[nodiscard]] inline std::string recording_name(std::string_view session_id,
                                                std::string_view destination) {
  return std::string("recording of session ")
      .append(short_id(session_id))
      .append(" to ")
      .append(destination);
}

// The same of its exports.
[[nodiscard]] inline std::string export_name(std::string_view session_id,
                                             std::string_view destination) {
  return std::string("export of session ")
      .append(short_id(session_id))
      .append(" to ")
      .append(destination);
}

}  // namespace kato
