#include "host/event/json_text.h"

#include <array>

namespace kato {
namespace {

constexpr auto kNeedsEscape = [] {
  std::array<bool, 256> table{};
  for (size_t c = 0; c < 0x20; ++c) {
    table[c] = true;
  }
  table['"'] = true;
  table['\\'] = true;
  return table;
}();

void append_escaped(std::string& out, char c) {
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  switch (c) {
    case '"':
      out.append("\\\"");
      return;
    case '\\':
      out.append("\\\\");
      return;
    case '\n':
      out.append("\\n");
      return;
    case '\r':
      out.append("\\r");
      return;
    case '\t':
      out.append("\\t");
      return;
    case '\b':
      out.append("\\b");
      return;
    case '\f':
      out.append("\\f");
      return;
    default: {
      const auto code = static_cast<unsigned char>(c);
      out.append("\\u00");
      out.push_back(kHexDigits[code >> 4U]);
      out.push_back(kHexDigits[code & 0x0FU]);
    }
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  size_t clean_from = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!kNeedsEscape[static_cast<unsigned char>(text[i])]) continue;
    out.append(text.substr(clean_from, i - clean_from));
    append_escaped(out, text[i]);
    clean_from = i + 1;
  }
  out.append(text.substr(clean_from));
  out.push_back('"');
}

}  // namespace kato
