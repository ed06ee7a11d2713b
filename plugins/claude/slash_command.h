// What stands in a log for a command that was typed with a slash.
#pragma once

#include <string_view>

#include "plugins/jsonlog/arena.h"

namespace kato::claude {

struct SlashCommand {
  std::string_view typed;   // "/review 12"; empty: the text names no command
  bool of_surface = false;  // works on the client's own surface and says nothing to the model
};

// `text` begins with one of a command's elements.
[[nodiscard]] bool is_slash_command(std::string_view text) noexcept;
// `typed` lives in `arena`.
[[nodiscard]] SlashCommand read_slash_command(std::string_view text, jsonlog::Arena& arena);

// Whether the client wrote the command's elements to announce a skill that the model called: nobody
// typed it.
[[nodiscard]] bool announces_skill(std::string_view text) noexcept;

// The content of the first <name>...</name> in `text`. False: there is no such element.
bool element(std::string_view text, std::string_view name, std::string_view& content) noexcept;
// Without blanks and line ends around it.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

}  // namespace kato::claude
