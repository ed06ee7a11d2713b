// What was said in a session up to some moment.
#pragma once

#include <functional>
#include <string>

#include "host/daemon/session_runtime.h"

namespace kato {

// Hands out the events up to `through`, and that one too: from the twin, or decoded again from the
// sources if there is none. A position without an event id stands for its seq. An error of `take`
// ends it. False: something that was read once is gone.
[[nodiscard]] Result<bool> read_up_to(FileSystem& files, SessionRuntime& runtime,
                                      const EventPosition& through,
                                      const std::function<Status(const Event&)>& take);

// What the session was called at that moment; empty: nothing had been said.
[[nodiscard]] Result<std::string> title_at(FileSystem& files, SessionRuntime& runtime,
                                           const EventPosition& moment);

}  // namespace kato
