// The commands that a person writes into a conversation.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kato {

enum class CommandKind : uint8_t {
  kStart,
  kCapture,
  kExport,
  kStop,
  kPrivate,
  kUndoPrivate,  // only from the command line: no word in a conversation means it
};

// Which recordings a kStop means.
enum class StopSelector : uint8_t {
  kAll,          // every recording of the session; the target is empty
  kId,           // those whose recording id begins with the target
  kDestination,  // the one whose destination is the target
  kEither,       // ambiguous: the union of kId and kDestination
};

// One line that is a command.
struct Command {
  CommandKind kind = CommandKind::kStart;
  uint32_t line = 1;         // in its message, from 1
  std::string raw_argument;  // what stood behind the command word, without blanks around it
  std::string target;        // what it means: quotes, link or mention taken off; may be empty
  StopSelector selector = StopSelector::kAll;
  std::string error;  // why it cannot run; empty if it can

  bool operator==(const Command&) const = default;
};

// "start", "capture", "export", "stop", "private", "undo-private".
[[nodiscard]] std::string_view command_name(CommandKind kind);

}  // namespace kato
