// Small pure functions over texts of a conversation. Sizes in bytes unless they say characters
// (Unicode code points). Input may be any bytes; nothing here reads past them or fails.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kato::markdown {

// "\n", "\r\n" and "\r" end a line. Takes the first line off `text` and returns it without its end.
[[nodiscard]] std::string_view take_line(std::string_view& text);

// `text` without the empty lines before its first and after its last line that has something on
// it, and without that line's end. Blanks within the lines that stay are kept.
[[nodiscard]] std::string_view without_outer_blank_lines(std::string_view text);

[[nodiscard]] size_t count_characters(std::string_view text);

// The first `count` characters of `text`, or all of it.
[[nodiscard]] std::string_view first_characters(std::string_view text, size_t count);

// Appends `text` as a single line: control characters and runs of blanks become one blank, blanks
// at both ends go; after `most` characters it is cut and ends in "…".
void append_one_line(std::string& out, std::string_view text, size_t most);

// The same for a place where HTML is understood: & < > are escaped.
void append_html_line(std::string& out, std::string_view text, size_t most);

// As CommonMark demands: U+FFFD in the place of each NUL, with which a file would count as binary.
// Mostly `text` itself; else it lives in `scratch`.
[[nodiscard]] std::string_view without_nul(std::string_view text, std::string& scratch);

// Length of the longest run of backticks; blanks and line ends between two do not end a run.
[[nodiscard]] size_t longest_backtick_run(std::string_view text);

// 64-bit FNV-1a.
[[nodiscard]] uint64_t fnv1a(std::string_view text);

[[nodiscard]] bool is_blank(char c);  // ' ' or '\t'
[[nodiscard]] bool is_blank_text(std::string_view text);
[[nodiscard]] bool is_ascii_digit(char c);
[[nodiscard]] bool is_ascii_letter(char c);
[[nodiscard]] char ascii_lower(char c);

}  // namespace kato::markdown
