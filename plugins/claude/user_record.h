// What stands under the role "user", wherever it stands.
#pragma once

#include "mapping.h"

namespace kato::claude {

// `content`: a string or blocks: of a user line, or of a prompt that was queued. Emits what a
// person said as one user.message, everything else as what it is.
void map_user_content(const Mapping& to, Value content);

// What a person typed or a program sent, as one text without the client's additions: to recognise
// the same prompt in another line. Empty if the content says nothing (results of tools).
[[nodiscard]] std::string_view prompt_text(Value content, jsonlog::Arena& arena);

}  // namespace kato::claude
