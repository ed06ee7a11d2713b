// A last write before a kill of which it is doubtful, after its owner's edits, how much was made:
// nothing of it is lost, and nothing that can be known again is written twice.
#include <string>
#include <vector>

#include "host/recording/occurrence_count.h"

#include "tests/support/catch.h"
#include "tests/support/text.h"
#include "tests/unit/recording_scenarios.h"

using namespace kato;
using kato::test::begin;
using kato::test::count_of;
using kato::test::Desk;

namespace {

const std::string kClosing =
    "All tests pass now. Let me know if you would like me to make any further changes to it.";

std::string many_lines(const std::string& words, int count) {
  std::string lines;
  for (int i = 0; i < count; ++i) {
    lines += words + " " + std::to_string(i) + "\n";
  }
  return lines;
}

// What a desk has written and committed: words without numbers, so that they can be said again.
void begin_plain(Desk& desk) {
  desk.sink.numbers = false;
  begin(desk);
  REQUIRE(desk.serve());
  REQUIRE(desk.commit());
}

void write_words(Desk& desk, const std::string& words) {
  desk.say_words(words);
  REQUIRE(desk.serve());
}

void start_on(Desk& desk, const std::string& text) {
  desk.folder.write("notes/a.txt", text);
  desk.restart();
  REQUIRE(desk.serve());
}

}  // namespace

TEST_CASE("P2: a line of JSON that is there is not doubled by what is put on a line of its own",
          "[recording][P2]") {
  Desk desk;
  desk.sink.is_of_lines = true;
  begin(desk);
  REQUIRE(desk.serve());
  REQUIRE(desk.commit());
  desk.say(1);
  REQUIRE(desk.serve());
  const auto written = desk.written();
  REQUIRE(written.ends_with("4 text 4\n"));
  desk.say(1);  // while no daemon runs
  const std::string mine = "a person's line without an end";
  start_on(desk, written + mine);
  CHECK(desk.written() == written + mine + "\n5 text 5\n");
  desk.restart();  // the newline was announced too
  REQUIRE(desk.serve());
  CHECK(desk.written() == written + mine + "\n5 text 5\n");
}

TEST_CASE("P2: a torn write whose last line stands in it before loses nothing", "[recording][P2]") {
  const bool is_edited = GENERATE(false, true);
  Desk desk;
  begin_plain(desk);
  for (int i = 0; i < 10; ++i) {
    desk.say_words(many_lines("answer " + std::to_string(i) + " line", 1000) + kClosing);
  }
  REQUIRE(desk.serve());
  const auto all = desk.written();
  auto torn = all.substr(0, all.find("answer 5 line 3\n"));
  if (is_edited) torn.insert(torn.find("answer 1 line 0"), "a person's remark\n");
  start_on(desk, torn);
  for (int i = 6; i < 10; ++i) {
    INFO(i);
    CHECK(count_of(desk.written(), "answer " + std::to_string(i) + " line 5\n") == 1);
  }
}

TEST_CASE("P2: a torn write of lines that are alike loses none, with a person's line in it",
          "[recording][P2]") {
  constexpr int kRows = 4000;
  const std::string row = "| a | b | c | d | e |\n";
  Desk desk;
  begin_plain(desk);
  std::string table = "a table\n";
  for (int i = 0; i < kRows; ++i) {
    table += row;
  }
  write_words(desk, table);
  auto torn = desk.written();
  const auto first = torn.find("a table\n") + 8;
  torn.resize(first + row.size() * kRows / 2);
  torn.insert(first + row.size() * 10, "mine\n");
  start_on(desk, torn);
  CHECK(count_of(desk.written(), row) >= kRows);
}

TEST_CASE("P2: a write of lines that are alike is known with a person's line in it",
          "[recording][P2]") {
  Desk desk;
  begin_plain(desk);
  std::string zeros;
  for (int i = 0; i < 8000; ++i) {
    zeros += "0\n";
  }
  write_words(desk, "a line first\n" + zeros + "end");
  auto text = desk.written();
  text.insert(text.find("a line first\n") + 13 + 200, "mine\n");
  start_on(desk, text);
  CHECK(desk.written() == text);
}

TEST_CASE("P2: words that are said again, whose write was not made, are written",
          "[recording][P2]") {
  const bool is_output_removed = GENERATE(false, true);
  Desk desk;
  begin_plain(desk);
  const auto call = "npm test -- --run all the tests that there are in this project\n" + kClosing;
  write_words(desk, call);
  const auto with_first = desk.written();
  write_words(desk, many_lines("result", 3000));
  REQUIRE(desk.commit());
  const auto before = desk.written();
  write_words(desk, call);
  const bool was_made = GENERATE(false, true);
  auto there = is_output_removed ? with_first + "\n(output removed)\n" : before;
  if (was_made) there += "\n" + call + "\n";
  start_on(desk, there);
  CHECK(count_of(desk.written(), kClosing) == 2);
}

TEST_CASE("P2: a closing line from before, behind much that a person wrote, is not the last write",
          "[recording][P2]") {
  Desk desk;
  begin_plain(desk);
  write_words(desk, "the first answer\n" + kClosing);
  write_words(desk, many_lines("result", 3000) + "the end of it");
  REQUIRE(desk.commit());
  auto text = std::string(60'000, 'm') + "\n" + desk.written();
  write_words(desk, "the second answer\n" + kClosing);
  text.replace(text.rfind("the end of it"), 13, "the END of it");
  start_on(desk, text);
  CHECK(count_of(desk.written(), "the second answer") == 1);
}

TEST_CASE("P2, P5: a new head and a line in the last write double nothing", "[recording][P2][P5]") {
  const bool has_new_head = GENERATE(false, true);
  Desk desk;
  begin(desk);
  REQUIRE(desk.serve());
  desk.say(30);
  REQUIRE(desk.serve());
  REQUIRE(desk.commit());
  desk.say(12);
  REQUIRE(desk.serve());
  auto text = desk.written();
  text.insert(text.find("42 text 42"), "mine\n");
  if (has_new_head) text.insert(2, "another ");
  start_on(desk, text);
  CHECK(desk.written() == text);
}

TEST_CASE("P2, P5: what a person removed of the last write stays removed, however short its end is",
          "[recording][P2][P5]") {
  const auto end = GENERATE(std::string("W5"), "said last: " + kClosing);
  Desk desk;
  begin_plain(desk);
  desk.say_words("a long answer " + kClosing);
  desk.say_words(end);
  REQUIRE(desk.serve());
  auto text = desk.written();
  const auto answer = text.find("a long answer");
  text.erase(answer, text.find('\n', answer) + 1 - answer);
  desk.say_words("said while no daemon ran");
  start_on(desk, text);
  CHECK(desk.written() == text + "\nsaid while no daemon ran\n");
}

TEST_CASE("P2: a short end that the torn write has too is no end", "[recording][P2]") {
  Desk desk;
  begin_plain(desk);
  write_words(desk, "a\nb\nok then\nc\nd\nok");
  const auto all = desk.written();
  auto torn = all.substr(0, all.find("ok then") + 2);
  SECTION("with a person's line in it") {
    torn.insert(torn.find("a\n"), "mine\n");
  }
  SECTION("from which a line was removed") {
    torn.erase(torn.find("a\n"), 2);
  }
  start_on(desk, torn);
  CHECK(count_of(desk.written(), "d\nok\n") == 1);
}

TEST_CASE("P2: a few words that a person wrote too are not a short write", "[recording][P2]") {
  Desk desk;
  begin_plain(desk);
  const auto before = desk.written();
  write_words(desk, "one two\nthree");
  start_on(desk, before + "\none two\nmine\nthree\nmine\n");
  CHECK(count_of(desk.written(), "three\n") == 2);
}

TEST_CASE("P2: a person's lines that read like the end of a write that was not made are not it",
          "[recording][P2]") {
  Desk desk;
  begin_plain(desk);
  write_words(desk, "the first answer\n" + kClosing);
  REQUIRE(desk.commit());
  const auto before = desk.written();
  SECTION("a word") {
    write_words(desk, "the second answer\nwith many words\nDone.");
    start_on(desk, before + "my own todo: the review\nDone.\n");
  }
  SECTION("a line of many words") {
    write_words(desk, "the second answer\n" + kClosing);
    start_on(desk, before + "Noted:\n" + kClosing + "\nmine\n");
  }
  SECTION("behind an end that was edited") {
    write_words(desk, "the second answer\n" + kClosing);
    auto text = before;
    text.replace(text.rfind("further changes"), 15, "FURTHER changes");
    start_on(desk, text + "Noted:\n" + kClosing + "\n");
  }
  CHECK(count_of(desk.written(), "the second answer") == 1);
}

TEST_CASE("P2: nor is the end that a person gave to a write that was torn", "[recording][P2]") {
  Desk desk;
  begin_plain(desk);
  SECTION("of many lines") {
    write_words(desk, "<details>\n" + many_lines("result", 30) + "</details>");
    const auto torn = desk.written().substr(0, desk.written().find("result 11\n"));
    start_on(desk, torn + "(the rest is missing here)\n</details>\n");
    CHECK(desk.written().contains("result 20\n"));
  }
  SECTION("of few") {
    write_words(desk, "Shall I go on?\n- remove the table\n- drop the index\nyes");
    const auto torn = desk.written().substr(0, desk.written().find("- drop"));
    start_on(desk, torn + "\nmy answer:\nyes\n");
    CHECK(desk.written().contains("- drop the index"));
  }
}

TEST_CASE("occurrences are counted over the borders of pieces", "[recording]") {
  const std::string text = "abcabcababcabcabc";
  for (size_t piece = 1; piece <= text.size(); ++piece) {
    OccurrenceCount count("abcabc");
    for (size_t at = 0; at < text.size(); at += piece) {
      count.add(std::string_view(text).substr(at, piece));
    }
    INFO(piece);
    CHECK(count.value() == 3);
  }
}
