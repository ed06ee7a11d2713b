// What was written last before a kill, in a file that its owner edits before the next start, or had
// edited before that write: it is known again, wherever it stands.
#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/text.h"
#include "tests/unit/recording_scenarios.h"

using namespace kato;
using kato::test::begin;
using kato::test::count_of;
using kato::test::Desk;
using kato::test::without;

namespace {

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const auto part : parts) {
    all.append(part);
  }
  return all;
}

constexpr int kBefore = 4;  // texts
constexpr int kLast = 12;   // in the last write

void write_texts(Desk& desk, int count) {
  desk.say(count);
  REQUIRE(desk.serve());
}

// Four texts are committed, twelve more are in doubt.
void leave_in_doubt(Desk& desk) {
  begin(desk);
  REQUIRE(desk.serve());
  write_texts(desk, 1);
  REQUIRE(desk.commit());
  write_texts(desk, kLast);
}

void start_on(Desk& desk, const std::string& text) {
  desk.folder.write("notes/a.txt", text);
  desk.restart();
  REQUIRE(desk.serve());
}

std::string line_of(int number) {
  const auto digits = std::to_string(number);
  return digits + " text " + digits + "\n";
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size() - 1) + 1;
    lines.push_back(text.substr(at, end - at));
    at = end;
  }
  return lines;
}

}  // namespace

TEST_CASE("P2, P5: a last write behind less than was removed before it is known after a kill",
          "[recording][P2][P5]") {
  for (const int count : {1, 2, 3, 4, 5, 8, 20}) {
    Desk desk;
    begin(desk);
    REQUIRE(desk.serve());
    write_texts(desk, 1);
    REQUIRE(desk.commit());
    desk.folder.write("notes/a.txt", line_of(4));
    write_texts(desk, count);
    const auto written = desk.written();
    REQUIRE(written.starts_with(line_of(4) + line_of(5)));
    INFO(count << " texts in the last write");
    start_on(desk, written);
    CHECK(desk.written() == written);
  }
}

TEST_CASE("P2, P5: so is one before which much was removed, or inserted, after the kill",
          "[recording][P2][P5]") {
  for (const int many : {10, 400, 600, 3000}) {
    Desk desk;
    begin(desk);
    REQUIRE(desk.serve());
    write_texts(desk, many);
    REQUIRE(desk.commit());
    const auto before = desk.written();
    write_texts(desk, kLast);
    const auto last = desk.written().substr(before.size());
    const auto kept = before.substr(0, before.find(line_of(kBefore)));
    const auto much = std::string(20'000, 'm') + "\n";
    for (const auto& text :
         {joined({kept, last}), joined({kept, much, last}), joined({kept, last, "mine\n"}), last,
          joined({kept, "mine\n", last, "mine\n"})}) {
      INFO(many << " texts before, " << text.size() << " bytes are there");
      desk.restart();
      start_on(desk, text);
      CHECK(desk.written() == text);
      desk.restart();
      REQUIRE(desk.serve());
      CHECK(desk.written() == text);
    }
  }
}

TEST_CASE("P2, P5: so is a short one at the end of the file", "[recording][P2][P5]") {
  Desk desk;
  begin(desk);
  REQUIRE(desk.serve());
  write_texts(desk, 600);
  REQUIRE(desk.commit());
  const auto before = desk.written();
  write_texts(desk, 1);
  const auto text = before.substr(0, before.find(line_of(kBefore))) + line_of(604);
  start_on(desk, text);
  CHECK(desk.written() == text);
}

TEST_CASE("P2, P5: a line that was put into the last write after a kill doubles nothing of it",
          "[recording][P2][P5]") {
  for (const bool of_lines : {false, true}) {
    for (const std::string mine : {"mine\n", "1 mine\n", "\nmine\n\n"}) {
      for (int before = kBefore + 1; before <= kBefore + kLast; ++before) {
        Desk desk;
        desk.sink.is_of_lines = of_lines;
        leave_in_doubt(desk);
        auto text = desk.written();
        text.insert(text.find(line_of(before)), mine);
        INFO("before text " << before);
        start_on(desk, text);
        CHECK(desk.written() == text);
        write_texts(desk, 1);
        desk.restart();
        REQUIRE(desk.serve());
        CHECK(desk.written() == text + line_of(kBefore + kLast + 1));
      }
    }
  }
}

TEST_CASE("P2, P5: what follows a last write with a line in it is written behind it once",
          "[recording][P2][P5]") {
  Desk desk;
  leave_in_doubt(desk);
  auto text = desk.written();
  text.insert(text.find(line_of(8)), "mine\n");
  text.insert(text.find(line_of(11)), "mine too\n");
  desk.say(2);
  start_on(desk, text);
  CHECK(desk.written() == text + line_of(17) + line_of(18));
}

TEST_CASE("P2, P5: of a write that was torn, and got a line of its owner's, nothing is lost",
          "[recording][P2][P5]") {
  const bool of_lines = GENERATE(false, true);
  const std::string mine = "mine\n";
  Desk whole;
  leave_in_doubt(whole);
  const auto all = whole.written();
  const auto known = lines_of(all);
  for (auto end = all.find(line_of(5)); end < all.size(); ++end) {
    for (int before = kBefore + 1; before <= kBefore + kLast; before += 3) {
      const auto at = all.find(line_of(before));
      if (at > end) break;
      Desk desk;
      desk.sink.is_of_lines = of_lines;
      leave_in_doubt(desk);
      start_on(desk, all.substr(0, at) + mine + all.substr(at, end - at));
      INFO("torn at " << end << ", edited at " << at << ":\n" << desk.written());
      const auto lines = lines_of(desk.written());
      const bool is_last_torn = all[end - 1] != '\n';
      for (const auto& line : known) {
        // What was torn may be gone on with.
        if (!is_last_torn || of_lines) REQUIRE((std::ranges::find(lines, line) != lines.end()));
        REQUIRE(desk.written().contains(line));
      }
      REQUIRE(count_of(desk.written(), mine) == 1);
    }
  }
}

TEST_CASE("P2: lines of JSON are never gone on with where somebody else's bytes stand",
          "[recording][P2]") {
  Desk desk;
  desk.sink.is_of_lines = true;
  leave_in_doubt(desk);
  auto text = desk.written();
  // The last line is changed, so that it cannot be said whether it was written.
  text.replace(text.rfind("text"), 4, "texts");
  start_on(desk, text);
  CHECK(desk.written() == text + line_of(kBefore + kLast));
}

TEST_CASE("P2, P5: the same words from before are not taken for a write that was not made",
          "[recording][P2][P5]") {
  Desk desk;
  leave_in_doubt(desk);
  const auto all = desk.written();
  const auto at = all.find(line_of(5));
  // Of the write nothing is there, and a person's lines fill its place.
  for (const auto& mine : {std::string("mine\n"), std::string(300, 'm') + "\n"}) {
    desk.restart();
    start_on(desk, mine + all.substr(0, at));
    CHECK(desk.written() == mine + all);
  }
}

TEST_CASE("P2: words that stand before what was written earlier are not the last write",
          "[recording][P2]") {
  Desk desk;
  leave_in_doubt(desk);
  const auto whole = desk.written();
  const auto last_at = whole.find(line_of(kBefore + 1));
  const auto last = whole.substr(last_at);
  const auto earlier = without(whole.substr(0, last_at), line_of(kBefore - 1));
  start_on(desk, last + earlier);  // a person's copy; the write itself did not come about
  CHECK(desk.written() == last + earlier + last);
}
