// The lines of a text that say something: blank ones are passed over.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace kato {

struct TextLine {
  size_t begin = 0;       // its offset
  std::string_view text;  // without its end
};

[[nodiscard]] bool is_blank(std::string_view text);

// The first one that begins at `at` or behind it; `at` is moved behind it. Nothing: there is none.
[[nodiscard]] std::optional<TextLine> next_line(std::string_view text, size_t& at);

[[nodiscard]] std::optional<TextLine> last_line(std::string_view text);

}  // namespace kato
