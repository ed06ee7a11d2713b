#include "details.h"

#include <algorithm>
#include <string>

#include "text.h"

namespace kato::markdown {
namespace {

constexpr size_t kShortestFence = 3;

std::string fence_for(std::string_view text) {
  std::string fence;
  fence.append(std::max(kShortestFence, longest_backtick_run(text) + 1), '`');
  return fence;
}

// Indents JSON as it comes by, without building anything of it.
class JsonPrinter {
 public:
  explicit JsonPrinter(sdk::BytesWriter& out) : out_(out) {}

  void print(std::string_view json) {
    while (!json.empty()) {
      const char c = json.front();
      if (c == '"') {
        const size_t length = string_length(json);
        buffer_.append(json.substr(0, length));
        json.remove_prefix(length);
      } else {
        json.remove_prefix(1);
        structural(c, json);
      }
      if (buffer_.size() >= kFlushBytes) flush();
    }
    flush();
  }

 private:
  static constexpr size_t kFlushBytes = size_t{64} << 10U;
  // What is nested deeper stays on one line, so that the output stays linear in the input.
  static constexpr size_t kMaxIndented = 8;

  static size_t string_length(std::string_view json) {
    size_t at = 1;
    while (at < json.size() && json[at] != '"') {
      at += json[at] == '\\' ? 2 : 1;
    }
    return std::min(at + 1, json.size());
  }

  void structural(char c, std::string_view& rest) {
    switch (c) {
      case ' ':
      case '\t':
      case '\n':
      case '\r':
        return;
      case '{':
      case '[':
        open(c, rest);
        return;
      case '}':
      case ']':
        if (depth_ > 0) --depth_;
        if (depth_ < kMaxIndented) new_line();
        break;
      case ',':
        buffer_ += c;
        if (depth_ <= kMaxIndented) new_line();
        return;
      case ':':
        buffer_ += ": ";
        return;
      default:
        break;
    }
    buffer_ += c;
  }

  // An empty object or array stays in one piece.
  void open(char c, std::string_view& rest) {
    buffer_ += c;
    const size_t next = rest.find_first_not_of(" \t\r\n");
    const char close = c == '{' ? '}' : ']';
    if (next != std::string_view::npos && rest[next] == close) {
      buffer_ += close;
      rest.remove_prefix(next + 1);
      return;
    }
    ++depth_;
    if (depth_ <= kMaxIndented) new_line();
  }

  void new_line() {
    buffer_ += '\n';
    buffer_.append(depth_ * 2, ' ');
  }

  void flush() {
    out_.write(buffer_);
    buffer_.clear();
  }

  sdk::BytesWriter& out_;
  std::string buffer_;
  size_t depth_ = 0;
};

}  // namespace

void open_details(std::string_view summary, sdk::BytesWriter& out) {
  out.write("<details>\n<summary>");
  out.write(summary);
  out.write("</summary>\n\n");
}

void close_details(sdk::BytesWriter& out) {
  out.write("</details>\n");
}

void write_json(std::string_view json, sdk::BytesWriter& out) {
  const std::string fence = fence_for(json);
  out.write(fence);
  out.write("json\n");
  JsonPrinter(out).print(json);
  out.write("\n");
  out.write(fence);
  out.write("\n\n");
}

void write_fenced(std::string_view text, size_t most, sdk::BytesWriter& out) {
  const std::string_view whole = without_outer_blank_lines(text);
  if (whole.empty()) {
    out.write("(nothing)\n\n");
    return;
  }
  const std::string_view shown = most == 0 ? whole : first_characters(whole, most);
  const std::string fence = fence_for(shown);
  out.write(fence);
  out.write("\n");
  std::string scratch;
  out.write(without_nul(shown, scratch));
  out.write(shown.ends_with('\n') ? "" : "\n");
  out.write(fence);
  out.write("\n\n");
  if (shown.size() == whole.size()) return;
  const std::string note = "(the first " + std::to_string(most) + " of " +
                           std::to_string(count_characters(whole)) + " characters)\n\n";
  out.write(note);
}

}  // namespace kato::markdown
