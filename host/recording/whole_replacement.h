// A file that only Kato has written is replaced by the whole conversation.
#pragma once

#include "host/recording/file_exchange.h"
#include "host/recording/recorder.h"

namespace kato {

// Carries out recording.intent, which has periods: the conversation is rendered into a new file,
// which takes the destination's place. kInPlace: the recording goes on in it, and the intent is
// gone. kNotInPlace: the destination is not what it was when the intent was made; it stays, and so
// do recording and intent.
[[nodiscard]] Result<ExchangeEnd> replace_by_conversation(const RecorderInput& input,
                                                          RecordingMeta& recording);

// What a killed process left of it. kInPlace: the recording finds out how far the new file goes
// when it is served the next time. kNotInPlace: it is all to be done again.
[[nodiscard]] Result<ExchangeEnd> recover_replacement(FileSystem& files, RecordingMeta& recording);

}  // namespace kato
