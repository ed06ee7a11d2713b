// What the assistant says: as an item of the conversation, and as an event that announces it.
#pragma once

#include <string_view>

#include "line.h"
#include "user_message.h"

namespace kato::codex {

// An item of the assistant's role. kHold: no event announced it though this file's answers are
// announced, so it may be the summary of a compaction; the next record tells.
Fate on_answer_item(Line& line);
void release_answer_item(Line& line, bool is_summary);

// id: of the item that is announced; may be empty.
void on_answer_event(Line& line, std::string_view id, std::string_view text,
                     std::string_view phase);

// The text of an item, without what no client shows.
[[nodiscard]] std::string_view answer_text(const Line& line);

// The log's word for the phase of an answer as the canonical one.
[[nodiscard]] std::string_view phase_of(std::string_view word) noexcept;

}  // namespace kato::codex
