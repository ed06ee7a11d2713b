// What is attached to a message, described: never its bytes.
#pragma once

#include <kato/provider.hpp>
#include <vector>

#include "message.h"
#include "parts.h"

namespace kato::gemini {

// part: kInlineData or kFileData. What is beyond any message's measure is left out.
void add_attachment(const Message& message, const Part& part, std::vector<sdk::Attachment>& to);

// The same within a text: "[image/png, 8 bytes]".
[[nodiscard]] std::string_view attachment_words(const Message& message, const Part& part);

}  // namespace kato::gemini
