// Where in a YAML file each value stands, by JSON pointer.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "host/config/problem.h"

namespace kato {

// The pointer of a member or of an item: "/a" and "b/c" give "/a/b~1c".
[[nodiscard]] std::string child_pointer(std::string_view pointer, std::string_view key);
[[nodiscard]] std::string child_pointer(std::string_view pointer, size_t index);

class SourceMap {
 public:
  void add_value(std::string pointer, TextPosition where);
  void add_key(std::string pointer, TextPosition where);

  // Of the value; of the nearest one around it if there is none at the pointer.
  [[nodiscard]] TextPosition value_at(std::string_view pointer) const;
  // Of the member's key; of its value if it has none (items of a list).
  [[nodiscard]] TextPosition key_at(std::string_view pointer) const;

 private:
  std::map<std::string, TextPosition, std::less<>> values_;
  std::map<std::string, TextPosition, std::less<>> keys_;
};

}  // namespace kato
