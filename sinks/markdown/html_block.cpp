#include "html_block.h"

#include <algorithm>
#include <array>
#include <string>

#include "text.h"

namespace kato::markdown {
namespace {

bool starts_with_word(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  return std::equal(lower.begin(), lower.end(), text.begin(),
                    [](char a, char b) { return a == ascii_lower(b); });
}

bool contains_word(std::string_view text, std::string_view lower) {
  for (size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    if (starts_with_word(text.substr(at), lower)) return true;
  }
  return false;
}

constexpr std::array<std::string_view, 4> kRawTags{"pre", "script", "style", "textarea"};
constexpr std::string_view kRawEnd = "</pre>";  // any of </pre> </script> </style> </textarea>

// Tags that begin an HTML block even in the middle of a paragraph.
constexpr std::array<std::string_view, 62> kBlockTags{
    "address",  "article",  "aside",    "base",       "basefont", "blockquote", "body",   "caption",
    "center",   "col",      "colgroup", "dd",         "details",  "dialog",     "dir",    "div",
    "dl",       "dt",       "fieldset", "figcaption", "figure",   "footer",     "form",   "frame",
    "frameset", "h1",       "h2",       "h3",         "h4",       "h5",         "h6",     "head",
    "header",   "hr",       "html",     "iframe",     "legend",   "li",         "link",   "main",
    "menu",     "menuitem", "nav",      "noframes",   "ol",       "optgroup",   "option", "p",
    "param",    "search",   "section",  "summary",    "table",    "tbody",      "td",     "tfoot",
    "th",       "thead",    "title",    "tr",         "track",    "ul"};

}  // namespace

std::optional<std::string_view> html_block_end(std::string_view text) {
  if (text.starts_with("<!--")) return "-->";
  if (text.starts_with("<?")) return "?>";
  if (text.starts_with("<![CDATA[")) return "]]>";
  if (text.starts_with("<!") && text.size() > 2 && is_ascii_letter(text[2])) return ">";
  for (const std::string_view tag : kRawTags) {
    if (!starts_with_word(text.substr(1), tag)) continue;
    const std::string_view behind = text.substr(1 + tag.size());
    if (behind.empty() || is_blank(behind.front()) || behind.front() == '>') return kRawEnd;
  }
  return std::nullopt;
}

bool ends_html_block(std::string_view line, std::string_view end) {
  if (end != kRawEnd) return line.find(end) != std::string_view::npos;
  return std::any_of(kRawTags.begin(), kRawTags.end(), [line](std::string_view tag) {
    return contains_word(line, "</" + std::string(tag) + ">");
  });
}

bool begins_html_to_blank(std::string_view text, bool in_paragraph) {
  size_t at = text.starts_with("</") ? 2 : 1;
  std::string name;
  constexpr size_t kLongestTag = 10;
  const size_t name_begin = at;
  for (; at < text.size() && (is_ascii_letter(text[at]) || is_ascii_digit(text[at])); ++at) {
    if (name.size() <= kLongestTag) name += ascii_lower(text[at]);
  }
  if (at == name_begin || !is_ascii_letter(text[name_begin])) return false;
  const std::string_view behind = text.substr(at);
  const bool tag_ends = behind.empty() || is_blank(behind.front()) || behind.starts_with(">") ||
                        behind.starts_with("/>");
  if (tag_ends && std::binary_search(kBlockTags.begin(), kBlockTags.end(), name)) return true;
  if (in_paragraph) return false;
  // Any other tag, complete and alone on its line.
  const size_t close = behind.find('>');
  return close != std::string_view::npos && is_blank_text(behind.substr(close + 1)) &&
         behind.substr(0, close).find('<') == std::string_view::npos;
}

}  // namespace kato::markdown
