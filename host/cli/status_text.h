// A daemon's status, and its parts, as people read them.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "host/base/clock.h"

namespace kato {

// status: as `status --json` prints it.
[[nodiscard]] std::string status_text(const nlohmann::ordered_json& status, UnixMillis now);

// recordings: its member of that name. With a line that names the columns; empty if there are none.
[[nodiscard]] std::string recordings_text(const nlohmann::ordered_json& recordings, UnixMillis now);

}  // namespace kato
