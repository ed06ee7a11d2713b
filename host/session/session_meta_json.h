// A session's meta as JSON, and back.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "host/base/error.h"
#include "host/session/session_meta.h"

namespace kato {

// One line. Texts must be valid UTF-8 (paths need not be).
[[nodiscard]] std::string meta_to_json(const SessionMeta& meta);

// kUnsupported: another schema version. kInvalid: damaged; the message says where.
[[nodiscard]] Result<SessionMeta> meta_from_json(const nlohmann::json& json);

}  // namespace kato
