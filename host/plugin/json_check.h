// Is it one JSON value that may stand in a line as it is? Linear, without recursion or allocation.
#pragma once

#include <string>
#include <string_view>

namespace kato::plugin {

// Deeper nesting is refused, as simdjson refuses it for who reads the line later.
inline constexpr size_t kMaxJsonDepth = 1024;

struct JsonCheck {
  bool valid = false;               // as RFC 8259 has it, but for lone surrogates
  bool has_line_break = false;      // between its tokens
  bool has_lone_surrogate = false;  // an escape that means no character
};

// `text` must be valid UTF-8.
[[nodiscard]] JsonCheck check_json(std::string_view text) noexcept;

// Appends the valid JSON `text` on one line: no blanks between tokens, U+FFFD for lone surrogates.
void append_tidy_json(std::string& out, std::string_view text);

}  // namespace kato::plugin
