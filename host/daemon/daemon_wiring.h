// What of the daemon depends on the config, and is made anew when it changes.
#pragma once

#include <memory>

#include "host/daemon/daemon.h"
#include "host/daemon/message_origins.h"
#include "host/session/commit_queue.h"

namespace kato {

struct Daemon::Wiring {
  Wiring(Daemon& daemon, std::unique_ptr<Assembly> made, std::unique_ptr<LogFiles> opened);

  std::unique_ptr<Assembly> assembly;
  std::unique_ptr<LogFiles> logs;
  PathPolicy policy;
  KnownPlaces places;
  CommitQueue commits;
  SourceTable table;
  LiveSessions live;
  MessageOrigins origins;
  StepContext context;
};

}  // namespace kato
