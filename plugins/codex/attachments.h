// Images and sounds in a log: what they are, never their bytes.
#pragma once

#include <kato/provider.hpp>
#include <string_view>

#include "line.h"

namespace kato::codex {

// From "data:image/png;base64,..." or another URL. Views live as long as the line.
[[nodiscard]] sdk::Attachment attachment_of_url(const Line& line, std::string_view url);
// "[image/png, 70 bytes]", where a text needs it.
[[nodiscard]] std::string_view describe(const Line& line, const sdk::Attachment& attachment);

}  // namespace kato::codex
