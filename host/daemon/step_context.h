// What the steps of all sessions share.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "host/daemon/assembly.h"
#include "host/daemon/log_files.h"
#include "host/daemon/step_events.h"
#include "host/policy/known_places.h"
#include "host/recording/serving_health.h"
#include "host/session/session_meta.h"

namespace kato {

class SessionRuntime;

struct StepContext {
  FileSystem& files;
  const Clock& clock;
  const Assembly& assembly;
  const PathPolicy& policy;
  KnownPlaces& places;  // for what is written again and again
  LogFiles& logs;
  ServingHealth& health;
  std::string home;
  // How much of a twin, or of a source that is decoded again, a step takes: so long does what comes
  // live in other sessions wait.
  uint64_t part_bytes;
  // True if a recording of another session has this canonical destination.
  std::function<bool(const std::string& path, const std::string& session_id)> fed_by_other;
  // Whether a message that may command was copied from an older log. An error: to be asked again.
  std::function<Result<bool>(const SessionRuntime& session, const StepEvents::Message& message)>
      is_inherited;
  // The destinations of this session are now these.
  std::function<void(const SessionMeta& meta)> note_destinations;
};

}  // namespace kato
