// Reasoning: in clear as summaries and sometimes as such, once as an item and once as events.
#pragma once

#include <string_view>

#include "line.h"

namespace kato::codex {

void on_reasoning_item(Line& line);
// One part of it.
void on_thought_event(Line& line, std::string_view text);
// item_completed: {summary_text: [...], raw_content: [...]}. A migrated log states one and the same
// item again as it grows.
void on_thought_item_event(Line& line, jsonlog::Value item);

}  // namespace kato::codex
