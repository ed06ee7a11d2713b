#include "host/config/source_map.h"

namespace kato {

std::string child_pointer(std::string_view pointer, std::string_view key) {
  std::string out(pointer);
  out.push_back('/');
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

std::string child_pointer(std::string_view pointer, size_t index) {
  return child_pointer(pointer, std::to_string(index));
}

void SourceMap::add_value(std::string pointer, TextPosition where) {
  values_.insert_or_assign(std::move(pointer), where);
}

void SourceMap::add_key(std::string pointer, TextPosition where) {
  keys_.insert_or_assign(std::move(pointer), where);
}

TextPosition SourceMap::value_at(std::string_view pointer) const {
  while (true) {
    const auto found = values_.find(pointer);
    if (found != values_.end()) return found->second;
    if (pointer.empty()) return {};
    const auto slash = pointer.rfind('/');
    pointer = pointer.substr(0, slash == std::string_view::npos ? 0 : slash);
  }
}

TextPosition SourceMap::key_at(std::string_view pointer) const {
  const auto found = keys_.find(pointer);
  return found != keys_.end() ? found->second : value_at(pointer);
}

}  // namespace kato
