// Tool calls and their results, in the three forms in which the client writes them.
//
// A call has an id of its own, and comes in several messages: with the reply that asks for it, as a
// function response in a user's turn, and again, under other message ids, when history is listed.
// So the key of its events is made from the call's id and not from the message's.
#pragma once

#include <cstdint>

#include "message.h"

namespace kato::gemini {

// By which a call is recognised that is told a second time without its id: name and arguments.
[[nodiscard]] uint64_t call_hash(const Message& message, Value call);

// An element of a reply's "toolCalls": the call, and its result once there is one. index: its
// place, for calls without an id.
void map_tool_call(const Message& message, Value call, uint64_t index);

// A "functionCall" part: a call alone.
void map_function_call(const Message& message, Value call, uint64_t index);

// A "functionResponse" part: a result alone. What was just stated with its call is left out.
void map_function_response(const Message& message, Value response, uint64_t index);

// A result that old clients wrote as the text of a user's turn.
void map_response_text(const Message& message, std::string_view tool, std::string_view text,
                       uint64_t index);

}  // namespace kato::gemini
