// JSON text, written by hand: a generator has no need of a tree.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace kato::bench {

// `text` as a JSON string, with its quotes. Anything but '"', '\\' and control characters stays.
[[nodiscard]] std::string quoted(std::string_view text);

struct Field {
  std::string_view key;
  std::string value;  // JSON
};
[[nodiscard]] std::string object(std::initializer_list<Field> fields);
[[nodiscard]] std::string array(std::initializer_list<std::string> values);

}  // namespace kato::bench
