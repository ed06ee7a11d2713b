// Items of the model's conversation, enveloped (response_item) or bare.
#pragma once

#include "line.h"
#include "user_message.h"

namespace kato::codex {

Fate on_response_item(Line& line);

}  // namespace kato::codex
