#include "host/command/command_parser.h"

#include <algorithm>
#include <array>

#include "host/base/nearest.h"
#include "host/command/fences.h"
#include "host/command/target.h"

namespace kato {
namespace {

constexpr std::string_view kPrefix = "::";
constexpr std::string_view kBlanks = " \t\v\f";

struct Word {
  std::string_view text;
  CommandKind kind;
};

constexpr std::array<Word, 6> kWords = {{{"start", CommandKind::kStart},
                                         {"record", CommandKind::kStart},
                                         {"capture", CommandKind::kCapture},
                                         {"export", CommandKind::kExport},
                                         {"stop", CommandKind::kStop},
                                         {"private", CommandKind::kPrivate}}};

constexpr std::array<std::string_view, 6> kNearWords = {"start",  "record", "capture",
                                                        "export", "stop",   "private"};

bool same_ignoring_case(std::string_view one, std::string_view other) {
  return std::ranges::equal(one, other, [](char a, char b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return lower(a) == lower(b);
  });
}

// Takes "id:" or "dest:" off the front, in any case.
bool take_selector(std::string_view& argument, std::string_view selector) {
  if (!same_ignoring_case(argument.substr(0, selector.size()), selector)) return false;
  argument.remove_prefix(selector.size());
  return true;
}

void set_target(Command& command, std::string_view argument) {
  auto target = parse_target(argument);
  if (target) {
    command.target = *std::move(target);
  } else {
    command.error = target.error().message();
  }
}

void read_stop(Command& command, std::string_view argument) {
  if (argument.empty()) return;
  command.selector = StopSelector::kEither;
  if (take_selector(argument, "id:")) command.selector = StopSelector::kId;
  if (command.selector == StopSelector::kEither && take_selector(argument, "dest:")) {
    command.selector = StopSelector::kDestination;
  }
  if (argument.empty() || kBlanks.contains(argument.front())) {
    command.error = "nothing stands right behind the colon";
    return;
  }
  set_target(command, argument);
}

void read_argument(Command& command, std::string_view argument) {
  switch (command.kind) {
    case CommandKind::kStart:
    case CommandKind::kCapture:
      if (!argument.empty()) set_target(command, argument);
      return;
    case CommandKind::kExport:
      if (argument.empty()) {
        command.error = "a destination is missing: ::export PATH";
      } else {
        set_target(command, argument);
      }
      return;
    case CommandKind::kStop:
      read_stop(command, argument);
      return;
    case CommandKind::kUndoPrivate:
    case CommandKind::kPrivate:
      if (!argument.empty()) command.error = "::private takes no argument";
      return;
  }
}

void read_line(std::string_view line, uint32_t number, CommandMessage& message) {
  line = trim_blanks(line);
  if (!line.starts_with(kPrefix)) return;
  const auto after = line.substr(kPrefix.size());
  const auto word = after.substr(0, after.find_first_of(kBlanks));
  const auto known = std::ranges::find_if(
      kWords, [word](const Word& candidate) { return same_ignoring_case(word, candidate.text); });
  if (known == kWords.end()) {
    if (const auto meant = nearest(word, kNearWords)) {
      message.near_misses.push_back({number, std::string(kPrefix) + std::string(word), *meant});
    }
    return;
  }
  const auto argument = trim_blanks(after.substr(word.size()));
  Command command;
  command.kind = known->kind;
  command.line = number;
  command.raw_argument = argument;
  read_argument(command, argument);
  message.commands.push_back(std::move(command));
}

// Takes the next line off the front; "\n", "\r\n" and a lone "\r" end one.
std::string_view next_line(std::string_view& rest) {
  const auto end = rest.find_first_of("\r\n");
  const auto line = rest.substr(0, end);
  if (end == std::string_view::npos) {
    rest = {};
  } else {
    rest.remove_prefix(end + (rest.substr(end).starts_with("\r\n") ? 2 : 1));
  }
  return line;
}

}  // namespace

std::string_view command_name(CommandKind kind) {
  switch (kind) {
    case CommandKind::kStart:
      return "start";
    case CommandKind::kCapture:
      return "capture";
    case CommandKind::kExport:
      return "export";
    case CommandKind::kStop:
      return "stop";
    case CommandKind::kPrivate:
      return "private";
    case CommandKind::kUndoPrivate:
      return "undo-private";
  }
  return "unknown";
}

bool CommandMessage::runnable() const {
  return !commands.empty() &&
         std::ranges::all_of(commands, [](const Command& c) { return c.error.empty(); });
}

CommandMessage parse_commands(std::string_view text) {
  CommandMessage message;
  FenceTracker fences;
  for (uint32_t number = 1; !text.empty(); ++number) {
    const auto line = next_line(text);
    if (!fences.takes(line)) read_line(line, number, message);
  }
  return message;
}

}  // namespace kato
