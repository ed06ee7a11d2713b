// What the client tells the person beside the conversation: types "info", "warning" and "error".
#pragma once

#include "message.h"

namespace kato::gemini {

void map_notice(const Message& message);

}  // namespace kato::gemini
