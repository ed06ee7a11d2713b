// A session as `sessions --json` and `show --json` print it: a documented contract.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "host/daemon/kept_session.h"
#include "host/ingest/session_summary.h"
#include "host/session/session_meta.h"

namespace kato {

// Without its logs it has no sources. meta: what the state knows of the session; NULL: nothing.
[[nodiscard]] nlohmann::ordered_json session_json(const KeptSession& session,
                                                  const SessionSummary& summary,
                                                  const SessionMeta* meta);

}  // namespace kato
