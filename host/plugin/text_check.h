// Is it text? And if not, the nearest that is.
#pragma once

#include <string>
#include <string_view>

namespace kato::plugin {

[[nodiscard]] bool is_valid_utf8(std::string_view text) noexcept;

// Appends `text` with U+FFFD for each longest piece that is not UTF-8 (as browsers do).
void append_repaired_utf8(std::string& out, std::string_view text);

// For messages: valid UTF-8, at most max_bytes, control characters as blanks.
[[nodiscard]] std::string printable(std::string_view text, size_t max_bytes);

}  // namespace kato::plugin
