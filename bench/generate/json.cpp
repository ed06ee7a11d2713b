#include "bench/generate/json.h"

namespace kato::bench {

std::string quoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string result = "\"";
  result.reserve(text.size() + text.size() / 16 + 2);
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += {'\\', c};
    } else if (c == '\n') {
      result += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      result += "\\u00";
      result +=
          {kHex[static_cast<unsigned char>(c) >> 4U], kHex[static_cast<unsigned char>(c) & 15U]};
    } else {
      result += c;
    }
  }
  return result + "\"";
}

std::string object(std::initializer_list<Field> fields) {
  std::string result = "{";
  for (const auto& field : fields) {
    if (result.size() > 1) result += ',';
    result += quoted(field.key);
    result += ':';
    result += field.value;
  }
  return result + "}";
}

std::string array(std::initializer_list<std::string> values) {
  std::string result = "[";
  for (const auto& value : values) {
    if (result.size() > 1) result += ',';
    result += value;
  }
  return result + "]";
}

}  // namespace kato::bench
