// Finds the commands in the text of a message. Text in, value out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/command/command.h"

namespace kato {

// A line that looks like a mistyped command. It is text: it neither runs nor stops others.
struct NearMiss {
  uint32_t line = 1;
  std::string word;        // as written, with its colons
  std::string_view meant;  // the nearest command word, static
  bool operator==(const NearMiss&) const = default;
};

struct CommandMessage {
  std::vector<Command> commands;  // in order of their lines, those that cannot run included
  std::vector<NearMiss> near_misses;

  // One command that cannot run keeps all of the message from running.
  [[nodiscard]] bool runnable() const;
};

// A command is a line of its own outside of code fences: any indentation, "::word" in any case,
// then at most one argument. `text` may be any bytes; time and memory are linear in its length.
[[nodiscard]] CommandMessage parse_commands(std::string_view text);

}  // namespace kato
