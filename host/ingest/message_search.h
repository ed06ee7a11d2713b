// Whether a message stands in another session's log too.
#pragma once

#include <functional>
#include <string>

#include "host/base/error.h"
#include "host/event/event.h"
#include "host/ingest/catalog.h"

namespace kato {

struct SoughtMessage {
  std::string session_id;  // whose it is
  EventId event_id;
  // Whether that session has met an event; all ids are its own.
  std::function<bool(const EventId&)> knows;
};

// Reads the log as far as it must, with a decoder of its own. One that begins with nothing that the
// session knows is no copy of it, nor was it copied: only its beginning is read.
[[nodiscard]] Result<bool> holds_message(FileSystem& files, const SessionSource& log,
                                         const SoughtMessage& sought);

}  // namespace kato
