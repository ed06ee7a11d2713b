// Destinations after a kill or a power loss: what the meta does not know of yet.
#pragma once

#include <vector>

#include "host/io/file_system.h"
#include "host/session/session_meta.h"
#include "host/session/write_journal.h"

namespace kato {

// After a kill. Every write of the journal but the last one was carried out; of the last one the
// recording is unsure. True if that changed anything.
[[nodiscard]] bool take_over(const std::vector<JournaledWrite>& writes,
                             std::vector<RecordingMeta>& recordings);

// After a power loss, when the journal says nothing: whatever stands in a destination behind the
// last committed write may be what is to be written next. True if there is anything.
[[nodiscard]] bool suspect_destinations(FileSystem& files, std::vector<RecordingMeta>& recordings);

}  // namespace kato
