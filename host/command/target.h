// The argument of a command: a path as people and their editors write it.
#pragma once

#include <string>
#include <string_view>

#include "host/base/error.h"

namespace kato {

// Takes the quotes off "a b.md", the link off [text](a%20b.md) and the @ off @a.md; anything else
// must be one word. The error says why it is not an argument: several words, an open quote, a web
// address, control characters, bytes that are not UTF-8.
[[nodiscard]] Result<std::string> parse_target(std::string_view argument);

}  // namespace kato
