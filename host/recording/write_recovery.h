// Destinations after a kill or a power loss: what the meta does not know of yet.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "host/io/file_system.h"
#include "host/session/session_meta.h"
#include "host/session/write_journal.h"

namespace kato {

// All return the destinations of which the meta now says something else. What a killed process
// wrote to them may not be on the disk yet.

// After a kill. Every write of the journal but the last one was carried out; of the last one the
// recording or the export is unsure. A destination that could not be synced is suspected all the
// same: see suspect_unsynced().
[[nodiscard]] std::set<std::string> take_over(const std::vector<JournaledWrite>& writes,
                                              SessionMeta& meta);

// After a power loss, when the journal says nothing: whatever stands in a destination behind the
// last committed write may be what is to be written next.
[[nodiscard]] std::set<std::string> suspect_destinations(FileSystem& files, SessionMeta& meta);

// After a kill, of destinations that could not be synced at the last commit: as after a power loss.
[[nodiscard]] std::set<std::string> suspect_unsynced(FileSystem& files, SessionMeta& meta);

}  // namespace kato
