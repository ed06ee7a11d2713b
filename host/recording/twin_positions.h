// Where the events that a recording speaks of stand in a twin that was made again.
#pragma once

#include "host/recording/recording_progress.h"

namespace kato {

// A twin of another generation may number its events anew: cursor and periods are found again by
// their event ids. What has no id, or is not there, keeps its number. Reads the twin if its
// generation is not the cursor's, and only then.
[[nodiscard]] Status find_positions(FileSystem& files, const TwinSource& twin,
                                    RecordingMeta& recording);

}  // namespace kato
