// A twin that is made late, or again.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "host/daemon/relocation.h"
#include "host/daemon/step_events.h"
#include "host/ingest/decode_again.h"
#include "host/ingest/session_summary.h"
#include "host/session/known_events.h"
#include "host/session/twin_log.h"

namespace kato {

struct TwinMaking {
  const AgainInput& again;
  const SessionRef& session;
  std::map<EventId, UnixMillis> captured;  // capture times that are known
  // A twin whose lines the new one begins with; 0 bytes: none.
  std::string seed_path;
  uint64_t seed_bytes = 0;
};

struct MadeTwin {
  TwinLog log;
  SessionSummary summary;
  std::vector<EventPlace> places;  // of its events, in their order
  std::vector<KnownEvent> unmet;   // those that the session has not met
  uint64_t missing_bytes = 0;      // of the sources
};

// Makes it in that file, which must not exist. Nothing else is changed.
[[nodiscard]] Result<MadeTwin> make_twin_at(const std::string& path, const TwinMaking& making);

}  // namespace kato
