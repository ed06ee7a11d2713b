// Lines of HTML in a markdown text (CommonMark's seven kinds of HTML blocks).
#pragma once

#include <optional>
#include <string_view>

namespace kato::markdown {

// `text` is a line from its first '<' on. What ends the HTML block that it begins, if it begins one
// that blank lines do not end (a comment, <pre>, ...).
[[nodiscard]] std::optional<std::string_view> html_block_end(std::string_view text);

// Whether `line` has the `end` that html_block_end gave.
[[nodiscard]] bool ends_html_block(std::string_view line, std::string_view end);

// `text` is a line from its first '<' on: whether it begins an HTML block that goes to the next
// blank line. in_paragraph: only certain tags may then begin one.
[[nodiscard]] bool begins_html_to_blank(std::string_view text, bool in_paragraph);

}  // namespace kato::markdown
