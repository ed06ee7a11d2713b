// The parser of commands in messages.
#include <algorithm>

#include "host/base/utf8.h"
#include "host/command/command_parser.h"

#include "tests/fuzz/target.h"

namespace kato::fuzz {
namespace {

void require(bool holds, std::string_view what) {
  if (!holds) finding(what);
}

void check_command(const Command& command, bool is_text) {
  require(command.raw_argument.empty() || !command.error.empty() || !command.target.empty(),
          "an argument that means nothing");
  require(is_utf8(command.target), "a target that is no text");
  require(!is_text || (is_utf8(command.raw_argument) && is_utf8(command.error)),
          "an argument or an error that cuts a character in two");
  require(std::ranges::none_of(command.target,
                               [](char c) { return static_cast<unsigned char>(c) < 0x20; }),
          "a target with control characters");
}

void check_order(const CommandMessage& message, std::string_view text) {
  const auto lines = static_cast<size_t>(std::ranges::count_if(
                         text, [](char c) { return c == '\n' || c == '\r'; })) +
                     1;
  const bool is_text = is_utf8(text);
  uint32_t last = 0;
  for (const auto& command : message.commands) {
    require(command.line > last && command.line <= lines, "lines that do not ascend");
    last = command.line;
    check_command(command, is_text);
  }
  const bool all_run = std::ranges::all_of(
      message.commands, [](const Command& command) { return command.error.empty(); });
  require(message.runnable() == (all_run && !message.commands.empty()),
          "one that cannot run keeps all others from running");
}

}  // namespace

void try_input(std::string_view input) {
  const auto message = parse_commands(input);
  check_order(message, input);
  // Words around it change nothing but the lines.
  const std::string text(input);
  auto before = parse_commands("Words.\n" + text).commands;
  for (auto& command : before) {
    --command.line;
  }
  require(before == message.commands, "words before it change its commands");
  require(parse_commands(text + "\nWords.").commands == message.commands,
          "words behind it change its commands");
  // What is quoted as code does not command.
  const std::string fence(std::max<size_t>(3, text.size() + 1), '`');
  if (text.size() < 2000) {
    require(parse_commands(fence + "\n" + text + "\n" + fence).commands.empty(),
            "it commands from within a code fence");
  }
}

std::vector<std::string> seeds() {
  return {"::start",
          "::start notes.md\n",
          "Words\n  ::capture \"a b.md\"\r\nwords",
          "::export [text](a%20b.md)",
          "::stop id:1234abcd\n::stop dest:~/x.md\n::stop x",
          "::private\n::record @a.md",
          "```\n::start\n```\n::stop",
          "~~~~ text\n::start\n~~~\n~~~~\n- ```\n  ::start",
          "::START /tmp/x.md",
          "::start [a](https://example.org/x)",
          "::strat\n::start a b c",
          "::start <a b.md>\n::start \"open"};
}

}  // namespace kato::fuzz
