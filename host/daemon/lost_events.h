// What is said of a copy that lacks what its log no longer had when it was made, or made whole.
#pragma once

#include <string>

#include "host/io/file_system.h"
#include "host/session/session_index.h"
#include "host/session/session_meta.h"

namespace kato {

// Some source no longer has what was read of it.
[[nodiscard]] bool has_lost_something(const SessionMeta& meta);

// Empty: it has lost nothing.
[[nodiscard]] std::string lost_events_text(const SessionMeta& meta);

// The same of a session that is not open: as its file is now, if that is shorter than its meta says
// and cannot be completed.
[[nodiscard]] std::string lost_events_text(FileSystem& files, const SessionMeta& meta,
                                           const std::string& twin_path);

// Whether that may have something to say of it, as far as it can be told without its meta.
[[nodiscard]] bool may_have_lost_events(FileSystem& files, const IndexedSession& session,
                                        const std::string& twin_path);

// The copy is about to be removed: what a recording that has seen all of it did not get from it,
// since it was lost, it does not wait for.
void give_up_lost_events(SessionMeta& meta);

}  // namespace kato
