#include "block_scanner.h"

#include <algorithm>

#include "html_block.h"
#include "text.h"

namespace kato::markdown {
namespace {

constexpr size_t kCodeIndent = 4;

size_t run_length(std::string_view text, char mark) {
  return std::min(text.find_first_not_of(mark), text.size());
}

// At least three of one mark, with nothing but blanks between: a rule, or a setext underline.
bool is_rule(std::string_view text) {
  const char mark = text.front();
  if (mark != '-' && mark != '*' && mark != '_' && mark != '=') return false;
  size_t marks = 0;
  for (const char c : text) {
    if (c == mark) {
      ++marks;
    } else if (!is_blank(c)) {
      return false;
    }
  }
  return marks >= 3 || mark == '=';
}

bool is_heading(std::string_view text) {
  const size_t marks = run_length(text, '#');
  return marks >= 1 && marks <= 6 && (marks == text.size() || is_blank(text[marks]));
}

struct ItemMark {
  size_t length = 0;  // 0: none
  bool interrupts = false;
};

// A bullet, or a number with '.' or ')', followed by a blank or nothing.
ItemMark item_mark(std::string_view text) {
  ItemMark mark;
  size_t digits = 0;
  if (text.starts_with("-") || text.starts_with("+") || text.starts_with("*")) {
    mark = {.length = 1, .interrupts = true};
  } else {
    while (digits < text.size() && is_ascii_digit(text[digits])) {
      ++digits;
    }
    if (digits == 0 || digits > 9 || digits == text.size()) return {};
    if (text[digits] != '.' && text[digits] != ')') return {};
    mark = {.length = digits + 1, .interrupts = text.substr(0, digits) == "1"};
  }
  const std::string_view behind = text.substr(mark.length);
  if (!behind.empty() && !is_blank(behind.front())) return {};
  if (is_blank_text(behind)) mark.interrupts = false;
  return mark;
}

}  // namespace

void BlockScanner::Reader::skip_blanks() {
  for (; at < text.size() && is_blank(text[at]); ++at) {
    column += text[at] == '\t' ? kCodeIndent - column % kCodeIndent : 1;
  }
}

void BlockScanner::Reader::skip(size_t bytes) {
  at += bytes;
  column += bytes;
}

size_t BlockScanner::line(std::string_view line) {
  Reader reader{.text = line};
  reader.skip_blanks();
  const size_t matched = match_containers(reader);
  const bool in_leaf = leaf_ != Leaf::kNone && leaf_ != Leaf::kParagraph;
  if (in_leaf && inside_leaf(reader, matched)) return kNoText;
  if (reader.rest().empty()) {
    blank_line(matched);
    return kNoText;
  }
  return new_block(reader, matched);
}

// How many of the open containers the line goes on with. Moves the reader into them.
size_t BlockScanner::match_containers(Reader& reader) const {
  size_t matched = 0;
  for (; matched < container_count_; ++matched) {
    const Container& container = containers_[matched];
    const bool blank = reader.rest().empty();
    if (container.quote) {
      if (blank || reader.rest().front() != '>' || reader.indent() >= kCodeIndent) break;
      reader.skip(1);
      reader.base = reader.column + (reader.rest().empty() ? 0 : 1);
      reader.skip_blanks();
      reader.base = std::min(reader.base, reader.column);
    } else if (!blank) {
      if (reader.indent() < container.width) break;
      reader.base += container.width;
    }
  }
  return matched;
}

// Whether the line belongs to the open fence or HTML block; closes that if the line ends it.
bool BlockScanner::inside_leaf(const Reader& reader, size_t matched) {
  const std::string_view rest = reader.rest();
  if (matched < leaf_containers_) {
    leaf_ = Leaf::kNone;
    return false;
  }
  if (leaf_ == Leaf::kHtmlToBlank) return !rest.empty();
  if (leaf_ == Leaf::kHtml) {
    if (ends_html_block(rest, html_end_)) leaf_ = Leaf::kNone;
    return true;
  }
  const size_t run = run_length(rest, fence_mark_);
  if (reader.indent() < kCodeIndent && run >= fence_length_ && is_blank_text(rest.substr(run))) {
    leaf_ = Leaf::kNone;
  }
  return true;
}

void BlockScanner::blank_line(size_t matched) {
  leaf_ = Leaf::kNone;
  container_count_ = matched;
  // An item may begin with one empty line, not with two.
  if (empty_item_ && container_count_ > 0) --container_count_;
  empty_item_ = false;
}

size_t BlockScanner::new_block(Reader reader, size_t matched) {
  empty_item_ = false;
  while (true) {
    if (reader.indent() >= kCodeIndent) {
      if (leaf_ == Leaf::kParagraph) return reader.at;  // goes on, whatever its indentation
      container_count_ = matched;
      return kNoText;
    }
    if (enters_quote(reader, matched)) {
      matched = container_count_;
      if (!reader.rest().empty()) continue;
      return kNoText;
    }
    if (opens_leaf(reader, matched)) {
      container_count_ = matched;
      return kNoText;
    }
    if (!enters_item(reader, matched)) return text_line(reader, matched);
    matched = container_count_;
    empty_item_ = reader.rest().empty();
    if (empty_item_) return kNoText;
  }
}

// A rule, a fence or an HTML block.
bool BlockScanner::opens_leaf(const Reader& reader, size_t matched) {
  if (is_rule(reader.rest())) {
    const bool in_paragraph = leaf_ == Leaf::kParagraph && matched == container_count_;
    if (reader.rest().front() == '=' && !in_paragraph) return false;
    leaf_ = Leaf::kNone;
    return true;
  }
  if (!opens_fence(reader) && !opens_html(reader)) return false;
  leaf_containers_ = matched;
  leaf_column_ = reader.column;
  return true;
}

// A heading, or a line of a paragraph.
size_t BlockScanner::text_line(const Reader& reader, size_t matched) {
  const std::string_view rest = reader.rest();
  if (is_heading(rest)) {
    container_count_ = matched;
    leaf_ = Leaf::kNone;
    const size_t text = rest.find_first_not_of(" \t", run_length(rest, '#'));
    return text == std::string_view::npos ? kNoText : reader.at + text;
  }
  if (leaf_ != Leaf::kParagraph) container_count_ = matched;
  leaf_ = Leaf::kParagraph;
  return rest.front() == '|' ? kNoText : reader.at;
}

bool BlockScanner::opens_fence(const Reader& reader) {
  const std::string_view rest = reader.rest();
  const char mark = rest.front();
  if (mark != '`' && mark != '~') return false;
  const size_t run = run_length(rest, mark);
  if (run < 3) return false;
  if (mark == '`' && rest.find('`', run) != std::string_view::npos) return false;
  fence_mark_ = mark;
  fence_length_ = run;
  leaf_ = Leaf::kFence;
  return true;
}

bool BlockScanner::opens_html(const Reader& reader) {
  const std::string_view rest = reader.rest();
  if (rest.front() != '<') return false;
  if (const auto end = html_block_end(rest)) {
    html_end_ = *end;
    leaf_ = ends_html_block(rest, *end) ? Leaf::kNone : Leaf::kHtml;
    return true;
  }
  if (!begins_html_to_blank(rest, leaf_ == Leaf::kParagraph)) return false;
  leaf_ = Leaf::kHtmlToBlank;
  return true;
}

// If a quote begins at the reader, steps into it.
bool BlockScanner::enters_quote(Reader& reader, size_t matched) {
  if (matched == kMaxContainers || reader.rest().front() != '>') return false;
  reader.skip(1);
  reader.base = reader.column + (reader.rest().empty() ? 0 : 1);
  reader.skip_blanks();
  reader.base = std::min(reader.base, reader.column);
  enter({.quote = true, .width = 0}, matched);
  return true;
}

// If a list item begins at the reader, steps into it.
bool BlockScanner::enters_item(Reader& reader, size_t matched) {
  if (matched == kMaxContainers) return false;
  const ItemMark mark = item_mark(reader.rest());
  if (mark.length == 0) return false;
  const bool in_paragraph = leaf_ == Leaf::kParagraph && matched == container_count_;
  if (in_paragraph && !mark.interrupts) return false;
  const size_t parent = reader.base;
  reader.skip(mark.length);
  const size_t mark_end = reader.column;
  reader.skip_blanks();
  // Five or more blanks behind the mark: the item begins with indented code.
  const bool plain = !reader.rest().empty() && reader.column - mark_end <= kCodeIndent;
  reader.base = plain ? reader.column : mark_end + 1;
  enter({.quote = false, .width = reader.base - parent}, matched);
  reader.base = std::min(reader.base, reader.column);
  return true;
}

void BlockScanner::enter(Container container, size_t matched) {
  containers_[matched] = container;
  container_count_ = matched + 1;
  leaf_ = Leaf::kNone;
}

bool BlockScanner::is_open() const {
  if (leaf_ != Leaf::kFence && leaf_ != Leaf::kHtml) return false;
  return std::none_of(containers_.begin(),
                      containers_.begin() + static_cast<std::ptrdiff_t>(leaf_containers_),
                      [](const Container& container) { return container.quote; });
}

std::string BlockScanner::closing_line() const {
  std::string closing(leaf_column_, ' ');
  if (leaf_ == Leaf::kFence) {
    closing.append(fence_length_, fence_mark_);
  } else {
    closing += html_end_;
  }
  return closing;
}

}  // namespace kato::markdown
