// The project's directory, where the conversation itself gives it away.
#pragma once

#include <string_view>

#include "message.h"

namespace kato::gemini {

// Tells the host of a directory that `text` names, if it is the one that the log's hash is of and
// nothing else has told yet.
void learn_directory(const Message& message, std::string_view text);

}  // namespace kato::gemini
