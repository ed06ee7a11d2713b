// What the model said: type "gemini".
#pragma once

#include "message.h"

namespace kato::gemini {

// Thoughts, text, calls and results, in this order, then what it cost.
void map_reply(const Message& message);

// What the client answers in the model's name to a summary that it put in the place of history.
[[nodiscard]] bool is_acknowledgement(Value message);

}  // namespace kato::gemini
