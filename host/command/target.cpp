#include "host/command/target.h"

#include <algorithm>
#include <array>

#include "host/base/utf8.h"
#include "host/command/fences.h"

namespace kato {
namespace {

constexpr size_t kMaxTargetBytes = 4095;  // no path can be longer
constexpr std::string_view kBlanks = " \t\v\f";
constexpr std::string_view kFileScheme = "file://";
// Single, back and typographic quotes, opening or closing: no path that is meant begins with one.
constexpr std::array<std::string_view, 8> kOtherQuotes = {"'",      "`",      "\u2018", "\u2019",
                                                          "\u201C", "\u201D", "\u201E", "\u00AB"};

std::unexpected<Error> several_words(std::string_view after) {
  constexpr size_t kShown = 40;
  return fail(ErrorCode::kInvalid,
              "text after the command's argument: '{}'; put a path with blanks into \"quotes\"",
              utf8_prefix(after, kShown));
}

// "..." with \" and \\ inside.
Result<std::string> quoted(std::string_view argument) {
  std::string out;
  for (size_t i = 1; i < argument.size(); ++i) {
    const char c = argument[i];
    if (c == '"') {
      const auto after = trim_blanks(argument.substr(i + 1));
      if (!after.empty()) return several_words(after);
      return out;
    }
    const bool escape =
        c == '\\' && i + 1 < argument.size() && (argument[i + 1] == '"' || argument[i + 1] == '\\');
    out.push_back(escape ? argument[++i] : c);
  }
  return fail(ErrorCode::kInvalid, "the quote has no end");
}

Result<std::string> word(std::string_view argument) {
  const auto blank = argument.find_first_of(kBlanks);
  if (blank != std::string_view::npos) return several_words(trim_blanks(argument.substr(blank)));
  return std::string(argument);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low >= 0) {
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

// The end of what is inside of "(...)": the closing one that matches. npos if there is none.
size_t closing_parenthesis(std::string_view text) {
  size_t depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')' && depth-- == 0) return i;
  }
  return std::string_view::npos;
}

// path "title"  ->  path
std::string_view without_title(std::string_view inside) {
  if (inside.size() < 2 || (inside.back() != '"' && inside.back() != '\'')) return inside;
  const auto opening = inside.substr(0, inside.size() - 1).rfind(inside.back());
  if (opening == std::string_view::npos || opening == 0) return inside;
  if (!kBlanks.contains(inside[opening - 1])) return inside;
  return trim_blanks(inside.substr(0, opening));
}

// What a link leads to is an address: escapes are decoded, "#heading" is not part of the file.
Result<std::string> link_address(std::string_view address) {
  address = trim_blanks(address);
  if (address.starts_with(kFileScheme) && address.substr(kFileScheme.size()).starts_with('/')) {
    address.remove_prefix(kFileScheme.size());
  }
  address = address.substr(0, address.find('#'));
  if (address.empty()) return fail(ErrorCode::kInvalid, "the link leads nowhere");
  return percent_decoded(address);
}

// Behind "](".
Result<std::string> link(std::string_view rest) {
  std::string_view address;
  std::string_view after;
  if (rest.starts_with('<') && rest.contains('>')) {
    const auto end = rest.find('>');
    address = rest.substr(1, end - 1);
    const auto close = rest.find(')', end);
    if (close == std::string_view::npos) return fail(ErrorCode::kInvalid, "the link has no end");
    const auto title = trim_blanks(rest.substr(end + 1, close - end - 1));
    if (!title.empty() && title.front() != '"' && title.front() != '\'') {
      return several_words(title);
    }
    after = rest.substr(close + 1);
  } else {
    const auto close = closing_parenthesis(rest);
    if (close == std::string_view::npos) return fail(ErrorCode::kInvalid, "the link has no end");
    address = without_title(trim_blanks(rest.substr(0, close)));
    after = rest.substr(close + 1);
  }
  after = trim_blanks(after);
  if (!after.empty()) return several_words(after);
  return link_address(address);
}

Result<std::string> unwrapped(std::string_view argument) {
  if (argument.starts_with('"')) return quoted(argument);
  if (argument.starts_with("[[")) {
    return fail(ErrorCode::kInvalid, "a wiki link is not a path; write the path itself");
  }
  if (argument.starts_with('[')) {
    const auto middle = argument.find("](");
    if (middle != std::string_view::npos) return link(argument.substr(middle + 2));
  }
  for (const auto mark : kOtherQuotes) {
    if (argument.starts_with(mark)) {
      return fail(ErrorCode::kInvalid, "only \"straight double quotes\" may stand around a path");
    }
  }
  if (argument.starts_with("@\"")) return quoted(argument.substr(1));
  if (argument.starts_with('@')) return word(argument.substr(1));
  return word(argument);
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

bool has_scheme(std::string_view target) {
  const auto colon = target.find("://");
  if (colon == std::string_view::npos || colon == 0) return false;
  return std::ranges::all_of(target.substr(0, colon), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '-' || c == '.';
  });
}

}  // namespace

Result<std::string> parse_target(std::string_view argument) {
  auto target = unwrapped(argument);
  if (!target) return target;
  if (target->empty()) return fail(ErrorCode::kInvalid, "the argument is empty");
  if (target->size() > kMaxTargetBytes) return fail(ErrorCode::kInvalid, "the path is too long");
  if (!is_utf8(*target)) return fail(ErrorCode::kInvalid, "the argument is not valid UTF-8");
  if (std::ranges::any_of(*target, is_control)) {
    return fail(ErrorCode::kInvalid, "the argument contains a control character");
  }
  if (has_scheme(*target)) return fail(ErrorCode::kInvalid, "a web address is not a path");
  return target;
}

}  // namespace kato
