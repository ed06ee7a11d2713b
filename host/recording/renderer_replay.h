// A renderer where its state is not understood any more: another version of the sink saved it.
#pragma once

#include "host/recording/recorder.h"

namespace kato {

// Feeds a renderer of which nothing was rendered yet what the recording has already, so that it is
// where the one was that wrote it; what it renders is discarded. Reads the twin from its beginning
// up to the write cursor, which must be one of this twin (find_positions).
[[nodiscard]] Status replay(const RecorderInput& input, const RecordingMeta& recording,
                            Renderer& renderer);

}  // namespace kato
