// Destinations that a person edited about the time of a power loss: the promises P2 and P5.
#include "tests/support/catch.h"
#include "tests/support/text.h"
#include "tests/unit/recording_scenarios.h"

using namespace kato;
using kato::test::begin;
using kato::test::count_of;
using kato::test::Desk;
using kato::test::kAll;
using kato::test::kBody;

namespace {

constexpr UnixMillis kSeen{1'772'036'815'012};

}  // namespace

TEST_CASE("P2: capture times that are gone double nothing behind a person's line either",
          "[recording][P2]") {
  Desk desk;
  begin(desk);
  REQUIRE(desk.serve());
  REQUIRE(desk.commit());
  const auto committed = desk.written().size();
  desk.say(2, kSeen);
  REQUIRE(desk.serve());  // the file reached the disk, the meta did not
  auto edited = desk.written();
  edited.insert(committed, "mine\n");
  desk.folder.write("notes/a.txt", edited);
  desk.forget_capture_times();
  desk.restart(true);
  REQUIRE(desk.serve());
  CHECK(desk.written() == edited);
}

TEST_CASE("P2: after a power loss nothing is doubled in a file from which a person took something",
          "[recording][P2]") {
  // What stands before the tail, the tail with it, and all but the last line.
  for (const std::string_view left : {"# title\n2 text 2\n3 text 3\n", "# title\n", "3 text 3\n"}) {
    Desk desk;
    begin(desk);
    REQUIRE(desk.serve());
    REQUIRE(desk.commit());
    desk.folder.write("notes/a.txt", left);
    desk.say(1);
    REQUIRE(desk.serve());
    const auto written = desk.written();
    REQUIRE(written == std::string(left) + "4 text 4\n");
    desk.restart(true);
    REQUIRE(desk.serve());
    CHECK(desk.written() == written);
    desk.say(1);
    REQUIRE(desk.serve());
    CHECK(desk.written() == written + "5 text 5\n");
  }
}

TEST_CASE("P2: a second power loss behind an edit that the first one came with doubles nothing",
          "[recording][P2]") {
  Desk desk;
  begin(desk);
  REQUIRE(desk.serve());
  REQUIRE(desk.commit());
  desk.folder.write("notes/a.txt", "mine\n" + desk.written());
  desk.say(1);
  desk.restart(true);
  REQUIRE(desk.serve());
  const auto written = desk.written();
  REQUIRE(written.ends_with("3 text 3\n4 text 4\n"));
  desk.restart(true);
  REQUIRE(desk.serve());
  CHECK(desk.written() == written);
}

TEST_CASE("P2: a person's edit above a recording that had just begun doubles nothing",
          "[recording][P2]") {
  for (const std::string_view note : {"a note\n", "a note"}) {
    for (const std::string_view edited :
         {"my own note\n", "note\n", "a note, mine\n", "another note\nof lines\n"}) {
      Desk desk;
      desk.folder.write("notes/a.txt", std::string(note));
      desk.period(0);
      desk.recording().after = *mark_of(desk.files, desk.folder / "notes/a.txt");
      REQUIRE(desk.commit());
      REQUIRE(desk.serve());  // the file reached the disk, the last meta did not
      REQUIRE(desk.written() == "a note\n" + std::string(kBody));
      const auto left = std::string(edited) + std::string(kBody);
      desk.folder.write("notes/a.txt", left);
      desk.restart(true);
      REQUIRE(desk.serve());
      CHECK(desk.written() == left);
      desk.say(1);
      REQUIRE(desk.serve());
      CHECK(desk.written() == left + "4 text 4\n");
    }
  }
}

TEST_CASE(
    "P2: what was not written yet begins on a line of its own behind an edit and a power loss",
    "[recording][P2]") {
  for (const std::string_view edited : {"my own", "mine", "mine\n"}) {
    for (const bool begun : {false, true}) {
      Desk desk;
      desk.folder.write("notes/a.txt", "a note");
      desk.period(0);
      desk.recording().after = *mark_of(desk.files, desk.folder / "notes/a.txt");
      REQUIRE(desk.commit());
      if (begun) {
        REQUIRE(desk.serve());
        REQUIRE(desk.commit());
        desk.say(3);
      }
      desk.folder.write("notes/a.txt", std::string(edited));
      desk.restart(true);
      REQUIRE(desk.serve());
      const std::string_view next = begun ? "4 text 4\n5 text 5\n6 text 6\n" : kBody;
      CHECK(desk.written() ==
            std::string(edited) + (edited.ends_with('\n') ? "" : "\n") + std::string(next));
    }
  }
}

TEST_CASE("P2: capture times that are gone double nothing where a person took something either",
          "[recording][P2]") {
  for (const std::string_view left : {"# title\n2 text 2\n3 text 3\n", "# title\n", "3 text\n"}) {
    Desk desk;
    begin(desk);
    REQUIRE(desk.serve());
    REQUIRE(desk.commit());
    desk.folder.write("notes/a.txt", left);
    desk.say(2, kSeen);
    REQUIRE(desk.serve());
    const auto written = desk.written();
    REQUIRE(written.starts_with(std::string(left) + "4 text 4 @2026"));
    desk.forget_capture_times();
    desk.restart(true);
    REQUIRE(desk.serve());
    CHECK(desk.written() == written);
  }
}

TEST_CASE("P2: what stands by chance where an edit moved the end is no beginning of what follows",
          "[recording][P2]") {
  Desk desk;
  begin(desk);
  desk.say(7);
  REQUIRE(desk.serve());
  REQUIRE(desk.commit());
  const std::string_view last = "10 text 10\n";
  auto edited = desk.written();
  REQUIRE(edited.ends_with(last));
  edited.insert(edited.size() - last.size(), "my note 10\n");  // as long as the last line
  desk.folder.write("notes/a.txt", edited);
  desk.restart(true);
  desk.say(1);
  REQUIRE(desk.serve());
  CHECK(desk.written() == edited + "11 text 11\n");
}

TEST_CASE(
    "P2: what a source told again has in a destination the time that it was captured at first",
    "[recording][P2]") {
  const UnixMillis again{4'102'444'800'000};  // the year 2100: the file was changed before
  Desk desk;
  desk.said_at = "2026-02-25T16:26:54.000Z";
  begin(desk);
  REQUIRE(desk.serve());
  REQUIRE(desk.commit());
  desk.say(1, kSeen);
  REQUIRE(desk.serve());  // the file reached the disk; the meta and the copy's line did not
  const auto written = desk.written();
  desk.forget_capture_times(again);
  desk.restart(true);
  REQUIRE(desk.serve());
  CHECK(desk.written() == written);
}

TEST_CASE("P2: a second power loss behind a torn piece that an edit has moved doubles nothing",
          "[recording][P2]") {
  Desk desk;
  begin(desk);
  desk.say(40);  // the edit is far above the end
  REQUIRE(desk.serve());
  REQUIRE(desk.commit());
  auto edited = desk.written();
  edited.insert(edited.find('\n') + 1, "my note\n");
  desk.folder.write("notes/a.txt", edited + "44 text ");
  desk.say(2);
  for (int loss = 0; loss < 3; ++loss) {
    desk.restart(true);
    REQUIRE(desk.serve());  // what it wrote no commit speaks of
    CHECK(desk.written() == edited + "44 text 44\n45 text 45\n");
  }
}

TEST_CASE("P2: nor does one when the edit comes after the torn piece was found",
          "[recording][P2]") {
  const bool takes = GENERATE(true, false);
  Desk desk;
  begin(desk);
  desk.say(40);
  REQUIRE(desk.serve());
  REQUIRE(desk.commit());
  desk.folder.write("notes/a.txt", desk.written() + "44 t");
  desk.say(1);
  desk.restart(true);
  REQUIRE(desk.serve());
  auto text = desk.written();
  REQUIRE(text.ends_with("43 text 43\n44 text 44\n"));
  const std::string_view above = "10 text 10\n";
  text.replace(text.find(above), above.size(), takes ? "" : "10 text 10\nmy note\n");
  desk.folder.write("notes/a.txt", text);
  desk.restart(true);
  REQUIRE(desk.serve());
  CHECK(desk.written() == text);
}
