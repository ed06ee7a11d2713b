#include <ctime>
#include <random>
#include <string>

#include "host/command/command_parser.h"

#include "tests/support/catch.h"

using namespace kato;

namespace {

Command only(std::string_view text) {
  const auto message = parse_commands(text);
  REQUIRE(message.commands.size() == 1);
  return message.commands.front();
}

std::string target_of(std::string_view text) {
  const auto command = only(text);
  INFO(text << " -> " << command.error);
  CHECK(command.error.empty());
  return command.target;
}

bool refused(std::string_view text) {
  const auto message = parse_commands(text);
  INFO(text);
  REQUIRE(message.commands.size() == 1);
  return !message.commands.front().error.empty() && !message.runnable();
}

size_t count(std::string_view text) {
  return parse_commands(text).commands.size();
}

}  // namespace

TEST_CASE("each command word is known, in any case, with its alias", "[command]") {
  CHECK(only("::start").kind == CommandKind::kStart);
  CHECK(only("::record").kind == CommandKind::kStart);
  CHECK(only("::CAPTURE x.md").kind == CommandKind::kCapture);
  CHECK(only("::Export x.md").kind == CommandKind::kExport);
  CHECK(only("::sToP").kind == CommandKind::kStop);
  CHECK(only("::private").kind == CommandKind::kPrivate);
  CHECK(command_name(only("::RECORD").kind) == "start");
}

TEST_CASE("a command is a line of its own, however far it is indented", "[command]") {
  CHECK(only("hello\n \t  ::start  \t\nbye").line == 2);
  CHECK(only("hello\r\n::start\r\nbye").line == 2);
  CHECK(only("hello\r::start\rbye").line == 2);
  for (const auto* text : {"please ::start", "> ::start", "- ::start", "`::start`", ":: start",
                           ":start", ":::start", "::", "::start.", "::start,x", "::starting",
                           "::startnotes.md", "std::start", "\xC2\xA0::start"}) {
    INFO(text);
    CHECK(count(text) == 0);
  }
}

TEST_CASE("an unknown word is text, but a mistyped command is pointed out", "[command]") {
  CHECK(parse_commands("::before\n::std\n::note to myself").near_misses.empty());
  const auto message = parse_commands("x\n::strat notes.md\n::stop");
  REQUIRE(message.near_misses.size() == 1);
  CHECK(message.near_misses[0] == NearMiss{2, "::strat", "start"});
  CHECK(message.commands.size() == 1);
  CHECK(message.runnable());
}

TEST_CASE("several commands keep the order of their lines", "[command]") {
  const auto message = parse_commands("::start a.md\ntext\n::stop\n::capture b.jsonl");
  REQUIRE(message.commands.size() == 3);
  CHECK(message.commands[0].line == 1);
  CHECK(message.commands[1].kind == CommandKind::kStop);
  CHECK(message.commands[2].target == "b.jsonl");
  CHECK(message.commands[2].line == 4);
  CHECK(message.runnable());
}

TEST_CASE("one line that is wrong keeps the whole message from running and says where",
          "[command]") {
  const auto message = parse_commands("::start a.md\n\n::export\n::stop");
  REQUIRE(message.commands.size() == 3);
  CHECK_FALSE(message.runnable());
  CHECK(message.commands[0].error.empty());
  CHECK(message.commands[1].line == 3);
  CHECK(message.commands[1].error == "a destination is missing: ::export PATH");
}

TEST_CASE("a message without commands is not runnable", "[command]") {
  CHECK_FALSE(parse_commands("").runnable());
  CHECK_FALSE(parse_commands("just talk").runnable());
}

TEST_CASE("what is inside of a fence is no command", "[command][fence]") {
  CHECK(count("```\n::start\n```") == 0);
  CHECK(count("~~~\n::start\n~~~") == 0);
  CHECK(count("`````text\n```\n::start\n````\n::stop\n`````\n::private") == 1);
  CHECK(count("~~~~\n~~~\n```\n::start\n~~~~~\n::stop") == 1);
  CHECK(count("      ```\n::start\n\t```\n::stop") == 1);
  CHECK(count("```js title=\"x\"\n::start\n``` \t\r\n::stop") == 1);
  CHECK(count("~~~ with `ticks`\n::start\n~~~\n::stop") == 1);
}

TEST_CASE("a fence without an end lasts to the end of the message", "[command][fence]") {
  CHECK(count("::start\n```\n::stop\n::stop") == 1);
  CHECK(count("```\n``` not an end\n::stop") == 0);
}

TEST_CASE("a fence in a list is a fence", "[command][fence]") {
  CHECK(count("- ```sh\n  ::start\n  ```\n::stop") == 1);
  CHECK(count("12. * ~~~\n::start\n~~~\n::stop") == 1);
}

TEST_CASE("what only resembles a fence opens none", "[command][fence]") {
  CHECK(count("``\n::start\n``") == 1);
  CHECK(count("```code``` in one line\n::start") == 1);
  CHECK(count("~~\n::start") == 1);
  CHECK(count("text ```\n::start") == 1);
}

TEST_CASE("a destination is one word, quoted, a link or a mention", "[command][target]") {
  CHECK(only("::start").target.empty());
  CHECK(target_of("::start notes/a.md") == "notes/a.md");
  CHECK(target_of("::start\t~/notes/") == "~/notes/");
  CHECK(target_of("::start \"my notes/a b.md\"  ") == "my notes/a b.md");
  CHECK(target_of(R"(::start "say \"hi\" \\ \n.md")") == R"(say "hi" \ \n.md)");
  CHECK(target_of("::start @notes/a.md") == "notes/a.md");
  CHECK(target_of("::start @\"my notes.md\"") == "my notes.md");
  CHECK(target_of("::start \"@literal.md\"") == "@literal.md");
  CHECK(target_of("::start [notes](notes/a.md)") == "notes/a.md");
  CHECK(target_of("::start [my notes](my%20notes%2Fa.md)") == "my notes/a.md");
  CHECK(target_of("::start [x](<a b.md>)") == "a b.md");
  CHECK(target_of("::start [x](<a b.md> \"title\")") == "a b.md");
  CHECK(target_of("::start [x](a.md \"a title\")") == "a.md");
  CHECK(target_of("::start [x](a(1).md)") == "a(1).md");
  CHECK(target_of("::start [x](file:///tmp/a.md)") == "/tmp/a.md");
  CHECK(target_of("::start [x](a.md#heading)") == "a.md");
  CHECK(target_of("::start [x](100%.md)") == "100%.md");
  CHECK(target_of("::start [draft].md") == "[draft].md");
  CHECK(target_of("::start \xD0\xB7\xD0\xB0\xD0\xBC.md") == "\xD0\xB7\xD0\xB0\xD0\xBC.md");
}

TEST_CASE("the raw argument is kept as it was written", "[command][target]") {
  CHECK(only("  ::START   \"a b.md\"  ").raw_argument == "\"a b.md\"");
  CHECK(only("::stop DEST:@x.md").raw_argument == "DEST:@x.md");
}

TEST_CASE("prose behind a command makes it invalid", "[command][target]") {
  CHECK(refused("::start the recording please"));
  CHECK(refused("::start a.md and go on"));
  CHECK(refused("::start \"a b.md\" now"));
  CHECK(refused("::start [x](a.md) now"));
  CHECK(refused("::start @a.md now"));
  CHECK(refused("::stop all of them"));
  CHECK(refused("::private please"));
  CHECK(refused("::export a.md b.md"));
}

TEST_CASE("an argument that cannot be a path is refused with a reason", "[command][target]") {
  for (const auto* text : {"::start \"",
                           "::start \"a.md",
                           "::start \"\"",
                           "::start @",
                           "::start @\"a.md",
                           "::start [x]()",
                           "::start [x](a.md",
                           "::start [x](<a.md",
                           "::start [x](<a.md> b)",
                           "::start [[note]]",
                           "::start https://example.org/a.md",
                           "::start [x](https://example.org)",
                           "::start [x](a%00b.md)",
                           "::start a\x01.md",
                           "::start a\x7F.md",
                           "::start a\xFF.md",
                           "::start `a.md`",
                           "::start 'a.md'",
                           "::start \xE2\x80\x9C"
                           "a.md\xE2\x80\x9D",
                           "::export"}) {
    INFO(text);
    CHECK(refused(text));
  }
  CHECK(refused("::start " + std::string(5000, 'a')));
}

TEST_CASE("stop names what it stops", "[command][stop]") {
  CHECK(only("::stop").selector == StopSelector::kAll);
  CHECK(only("::stop id:3fa4").selector == StopSelector::kId);
  CHECK(target_of("::stop ID:3fa4") == "3fa4");
  CHECK(only("::stop dest:a.md").selector == StopSelector::kDestination);
  CHECK(target_of("::stop dest:\"a b.md\"") == "a b.md");
  CHECK(target_of("::stop Dest:[x](a.md)") == "a.md");
  CHECK(target_of("::stop dest:@a.md") == "a.md");
  CHECK(only("::stop a.md").selector == StopSelector::kEither);
  CHECK(target_of("::stop \"id:x\"") == "id:x");
  CHECK(only("::stop \"id:x\"").selector == StopSelector::kEither);
  CHECK(refused("::stop id:"));
  CHECK(refused("::stop dest:"));
  CHECK(refused("::stop id: 3fa4"));
}

TEST_CASE("NUL bytes and other controls are no blanks", "[command]") {
  using namespace std::string_view_literals;
  CHECK(count("\0::start"sv) == 0);
  CHECK(count("::start\0"sv) == 0);
}

TEST_CASE("any bytes give a value", "[command][totality]") {
  constexpr std::string_view kPieces[] = {"::start", "::stop ",  "id:",      "dest:", "```", "~~~~",
                                          "\n",      "\r",       "\"",       "[x](",  ")",   "@",
                                          " ",       "- ",       "\\",       "<",     ">",   "%2",
                                          "::",      "::export", "\xE2\x80", "1. "};
  std::mt19937 random(20261122);
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (auto pieces = random() % 30; pieces > 0; --pieces) {
      if (random() % 4 == 0) {
        text.push_back(static_cast<char>(random() % 256));
      } else {
        text += kPieces[random() % std::size(kPieces)];
      }
    }
    const auto message = parse_commands(text);
    for (const auto& command : message.commands) {
      const bool needs_target = command.kind == CommandKind::kExport && command.error.empty();
      REQUIRE_FALSE((needs_target && command.target.empty()));
      REQUIRE(command.line >= 1);
    }
  }
}

TEST_CASE("the time grows with the length, not with its square", "[command][totality]") {
  // Of this process alone: the machine may be busy.
  const auto cpu_seconds = [](std::string_view piece, size_t bytes) {
    std::string text = "::start [x](";
    while (text.size() < bytes) {
      text += piece;
    }
    const auto begin = std::clock();
    static_cast<void>(parse_commands(text));
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  };
  constexpr size_t kSmall = 32U << 10U;
  for (const std::string_view piece :
       {"::start [", "- ", "`", "```\n", "::start \"a\n", "\r", "(", "%2", "::start [x]((\n"}) {
    INFO(piece);
    const auto small = cpu_seconds(piece, kSmall);
    const auto large = cpu_seconds(piece, kSmall * 8);
    CHECK((large < 0.1 || large < small * 24));  // a square would be 64 times
  }
}
