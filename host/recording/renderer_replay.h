// A renderer where its state is not understood any more: another version of the sink saved it.
#pragma once

#include "host/recording/earlier_text.h"
#include "host/recording/recorder.h"

namespace kato {

// Feeds a renderer of which nothing was rendered yet what the recording has already, so that it is
// where the one was that wrote it. Reads the twin from its beginning up to the write cursor, which
// must be one of this twin (find_positions). Returns the end of what was rendered, but for newlines
// that Kato put between, and for times that the twin does not have any more.
[[nodiscard]] Result<EarlierText> replay(const RecorderInput& input, const RecordingMeta& recording,
                                         Renderer& renderer);

}  // namespace kato
