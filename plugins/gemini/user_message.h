// A user's turn: type "user". The person's words, and all that the client puts beside or in place
// of them.
#pragma once

#include "message.h"

namespace kato::gemini {

void map_user_message(const Message& message);

// The turn begins with the context of the session and goes on with something else: so history is
// listed, whose first turns were made one.
[[nodiscard]] bool is_context_and_more(Value message);

}  // namespace kato::gemini
