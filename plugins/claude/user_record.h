// What stands under the role "user", wherever it stands.
#pragma once

#include "mapping.h"
#include "user_text.h"

namespace kato::claude {

// `content`: a string or blocks: of a user line, or of a prompt that was queued. Emits what a
// person said as one user.message, everything else as what it is.
void map_user_content(const Mapping& to, Value content);

// Whether a line or a queued prompt with this origin is a person's, or a program's in a person's
// place. Kinds of origin that are not known are nobody's, unless the source says more.
[[nodiscard]] bool is_human(Value origin, std::string_view prompt_source);
// For origins of which it is known what they bring: system.message of that subtype.
[[nodiscard]] std::string_view origin_subtype(Value origin);

// The first text of a user line, classified.
[[nodiscard]] UserText first_text(const Mapping& to);

// What a person typed or a program sent, as one text without the client's additions: to recognise
// the same prompt in another line. Empty if the content says nothing (results of tools).
[[nodiscard]] std::string_view prompt_text(Value content, jsonlog::Arena& arena);

}  // namespace kato::claude
