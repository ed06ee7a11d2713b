// Questions that the person answers: the tools ask_user and exit_plan_mode.
#pragma once

#include <string_view>

#include "message.h"

namespace kato::gemini {

// The call that asks. Its own events are stated elsewhere.
struct Decision {
  Value call;
  std::string_view call_id;
  std::string_view record_key;
  std::string_view part_suffix;  // of part keys, or ""
  std::string_view result;       // its text, once there is one
  bool answered = false;         // there is a result, and it is no error
};

// Each states nothing for other tools, nor for a question that nobody saw.
void map_decision_prompt(const Message& message, const Decision& decision);
void map_decision_response(const Message& message, const Decision& decision);

}  // namespace kato::gemini
