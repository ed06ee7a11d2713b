#include "body.h"

#include "block_scanner.h"
#include "text.h"

namespace kato::markdown {
namespace {

// A line's text between emphasis marks, so that the marks hold: nothing blank inside them, no
// backslash that would take the closing one away, and not the mark that the text itself uses.
void write_italic(std::string_view text, sdk::BytesWriter& out) {
  const size_t end = text.find_last_not_of(" \t") + 1;
  const std::string_view inner = text.substr(0, end);
  if (inner.empty() || inner.back() == '\\') {
    out.write(text);
    return;
  }
  const std::string_view mark = inner.find('*') == std::string_view::npos ? "*" : "_";
  out.write(mark);
  out.write(inner);
  out.write(mark);
  out.write(text.substr(end));
}

void scan(std::string_view text, BlockScanner& scanner) {
  while (!text.empty()) {
    static_cast<void>(scanner.line(take_line(text)));
  }
}

void write_italic_lines(std::string_view text, BlockScanner& scanner, sdk::BytesWriter& out) {
  while (!text.empty()) {
    const std::string_view before = text;
    const std::string_view line = take_line(text);
    const size_t length_with_end = before.size() - text.size();
    const size_t running = scanner.line(line);
    if (running == BlockScanner::kNoText) {
      out.write(before.substr(0, length_with_end));
      continue;
    }
    out.write(line.substr(0, running));
    write_italic(line.substr(running), out);
    out.write(before.substr(line.size(), length_with_end - line.size()));
  }
}

}  // namespace

bool has_body(std::string_view text) {
  return !without_outer_blank_lines(text).empty();
}

void write_body(std::string_view text, bool italic, sdk::BytesWriter& out) {
  std::string scratch;
  const std::string_view body = without_nul(without_outer_blank_lines(text), scratch);
  if (body.empty()) return;
  BlockScanner scanner;
  if (italic) {
    write_italic_lines(body, scanner, out);
  } else {
    scan(body, scanner);
    out.write(body);
  }
  out.write("\n");
  if (!scanner.is_open()) return;
  out.write(scanner.closing_line());
  out.write("\n");
}

}  // namespace kato::markdown
