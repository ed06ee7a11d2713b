// Questions that the agent puts to the person through tools, and the answers.
#pragma once

#include "mapping.h"

namespace kato::claude {

// The prompts in a tool call of `model`: AskUserQuestion's questions, ExitPlanMode's plan; none for
// others.
void map_decision_prompts(const Mapping& to, Value tool_use, std::string_view model);

// The answers in a tool result. `tool_use_result`: the line's structured result.
void map_decision_answers(const Mapping& to, Value tool_result, Value tool_use_result);

// What the person typed instead of choosing, in the structured result of a question; empty if there
// is none.
[[nodiscard]] std::string_view words_instead_of_answers(Value tool_use_result);

}  // namespace kato::claude
