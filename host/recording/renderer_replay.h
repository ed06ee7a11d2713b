// What was rendered before, once more.
#pragma once

#include "host/recording/earlier_text.h"
#include "host/recording/recorder.h"

namespace kato {

// Feeds a renderer of which nothing was rendered yet what the recording has already, so that it is
// where the one was that wrote it: another version of the sink saved a state that is not understood
// any more. What it renders is discarded. Reads the twin from its beginning up to the write cursor,
// which must be one of this twin (find_positions).
[[nodiscard]] Status replay(const RecorderInput& input, const RecordingMeta& recording,
                            Renderer& renderer);

// The end of what the recording has already, but for newlines that Kato put between, and for times
// that the twin does not have any more. Reads no more of the twin than that takes.
[[nodiscard]] Result<EarlierText> text_before(const RecorderInput& input,
                                              const RecordingMeta& recording,
                                              const RecordingContext& context);

// How often those bytes stand in all that the recording has already, but for such newlines and
// times; nothing: that cannot be told. Reads the twin from its beginning up to the write cursor.
[[nodiscard]] Result<std::optional<size_t>> count_before(const RecorderInput& input,
                                                         const RecordingMeta& recording,
                                                         const RecordingContext& context,
                                                         std::string_view bytes);

}  // namespace kato
