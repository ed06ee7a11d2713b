#include "text.h"

#include <algorithm>

namespace kato::markdown {
namespace {

constexpr std::string_view kWhite = " \t\r\n\f\v";

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

// Length of what `text` begins with if that is a blank, or a character which may not stand in a
// line of YAML or of a heading: controls, U+2028, U+2029, U+FFFE, U+FFFF. 0: something else.
size_t white_length(std::string_view text) {
  const auto byte = static_cast<unsigned char>(text.front());
  if (byte <= 0x20U || byte == 0x7FU) return 1;
  if (byte == 0xC2U && text.size() > 1) {
    const auto next = static_cast<unsigned char>(text[1]);
    return next >= 0x80U && next < 0xA0U ? 2 : 0;
  }
  for (const std::string_view mark :
       {"\xE2\x80\xA8", "\xE2\x80\xA9", "\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    if (text.starts_with(mark)) return mark.size();
  }
  return 0;
}

}  // namespace

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
bool is_blank_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_blank);
}
bool is_ascii_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_ascii_letter(char c) {
  return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}
char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string_view take_line(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  // A lone carriage return is rare: look for one only within the line that was found.
  const size_t carriage = text.substr(0, end).find('\r');
  if (carriage == std::string_view::npos) {
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
  }
  const std::string_view line = text.substr(0, carriage);
  const bool pair = carriage + 1 == end && end < text.size();
  text.remove_prefix(carriage + (pair ? 2 : 1));
  return line;
}

std::string_view without_outer_blank_lines(std::string_view text) {
  const size_t first = text.find_first_not_of(kWhite);
  if (first == std::string_view::npos) return {};
  const size_t before = text.find_last_of("\r\n", first);
  const size_t begin = before == std::string_view::npos ? 0 : before + 1;
  const size_t last = text.find_last_not_of(kWhite);
  const size_t end = std::min(text.find_first_of("\r\n", last), text.size());
  return text.substr(begin, end - begin);
}

size_t count_characters(std::string_view text) {
  return text.size() -
         static_cast<size_t>(std::count_if(text.begin(), text.end(), continues_character));
}

std::string_view first_characters(std::string_view text, size_t count) {
  if (text.size() <= count) return text;
  size_t end = 0;
  for (; end < text.size(); ++end) {
    if (continues_character(text[end])) continue;
    if (count == 0) break;
    --count;
  }
  return text.substr(0, end);
}

void append_one_line(std::string& out, std::string_view text, size_t most) {
  const size_t start = out.size();
  size_t characters = 0;
  bool gap = false;
  while (!text.empty()) {
    if (const size_t white = white_length(text); white > 0) {
      gap = out.size() > start;
      text.remove_prefix(white);
      continue;
    }
    const bool begins = !continues_character(text.front());
    if (begins) characters += gap ? 2 : 1;
    if (characters > most) {
      out.resize(start + first_characters(std::string_view(out).substr(start), most - 1).size());
      while (out.size() > start && out.back() == ' ') {
        out.pop_back();
      }
      out += "…";
      return;
    }
    if (gap) out += ' ';
    gap = false;
    out += text.front();
    text.remove_prefix(1);
  }
}

void append_html_line(std::string& out, std::string_view text, size_t most) {
  std::string line;
  append_one_line(line, text, most);
  for (const char c : line) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out += c;
    }
  }
}

std::string_view without_nul(std::string_view text, std::string& scratch) {
  if (!text.contains('\0')) return text;
  scratch.clear();
  for (const char c : text) {
    if (c == '\0') {
      scratch += "\xEF\xBF\xBD";
    } else {
      scratch += c;
    }
  }
  return scratch;
}

size_t longest_backtick_run(std::string_view text) {
  size_t longest = 0;
  size_t at = text.find('`');
  while (at != std::string_view::npos) {
    size_t run = 0;
    for (; at < text.size() && (text[at] == '`' || kWhite.contains(text[at])); ++at) {
      run += text[at] == '`' ? 1 : 0;
    }
    longest = std::max(longest, run);
    at = text.find('`', at);
  }
  return longest;
}

uint64_t fnv1a(std::string_view text) {
  uint64_t hash = 14695981039346656037U;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  }
  return hash;
}

}  // namespace kato::markdown
