// Pieces of message content that lines of different kinds have in common.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "mapping.h"

namespace kato::claude {

// What is attached by an image or document block: never its bytes.
[[nodiscard]] sdk::Attachment describe_attachment(const Mapping& to, Value block);
// The same as words, where there is no place for attachments: "[image/png, 1234 bytes]".
[[nodiscard]] std::string_view attachment_words(const Mapping& to, Value block);

// True for a text that is missing, or is something else than a string or null.
[[nodiscard]] bool is_unreadable(Value text) noexcept;

// The text of a tool's result: a string, or texts among images and references.
[[nodiscard]] std::string_view result_text(const Mapping& to, Value content);
// The id of a call; where the log has none, one of the record and the block's place in it.
[[nodiscard]] std::string_view call_id(const Mapping& to, Value id, size_t number);
// assistant.tool.result for a block of that kind, whatever its exact name.
void map_tool_result(const Mapping& to, Value block, size_t number);

// The texts one after the other, an empty line between them.
[[nodiscard]] std::string_view joined(const Mapping& to, std::span<const std::string_view> texts);

}  // namespace kato::claude
