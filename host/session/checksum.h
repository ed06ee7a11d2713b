// The last member of a state file that is one JSON object says what all before it hashes to: a
// value that is changed to another one that could be is no value to go by.
#pragma once

#include <string>
#include <string_view>

namespace kato {

inline constexpr std::string_view kChecksumName = "checksum";

// Puts it into an object that has other members.
void append_checksum(std::string& json);

// Whether the object ends with one, and what it says is so.
[[nodiscard]] bool fits_checksum(std::string_view json);

}  // namespace kato
