// Destinations after a power loss, when capture times and the last writes may be gone: the promise
// P2.
#include <cerrno>

#include "host/recording/written_stretch.h"

#include "tests/support/catch.h"
#include "tests/support/text.h"
#include "tests/unit/recording_scenarios.h"

using namespace kato;
using kato::test::begin;
using kato::test::count_of;
using kato::test::Desk;
using kato::test::FileOperation;
using kato::test::kAll;
using kato::test::kBody;

namespace {

constexpr UnixMillis kSeen{1'772'036'815'012};

}  // namespace

TEST_CASE("P2: after a power loss capture times that are gone do not double anything",
          "[recording][P2]") {
  Desk desk;
  begin(desk);
  REQUIRE(desk.serve());
  REQUIRE(desk.commit());
  desk.say(2, kSeen);
  REQUIRE(desk.serve());  // the file reached the disk, the meta did not
  const auto written = desk.written();
  CHECK(written.ends_with("5 text 5 @2026-02-25T16:26:55.012Z\n"));
  for (const auto kept : {written.size(), written.size() - 40, written.size() - 45}) {
    Desk again;
    begin(again);
    REQUIRE(again.serve());
    REQUIRE(again.commit());
    again.say(2, kSeen);
    again.folder.write("notes/a.txt", written.substr(0, kept));
    again.forget_capture_times();
    again.restart(true);
    REQUIRE(again.serve());
    again.say(1);
    REQUIRE(again.serve());
    INFO(again.written());
    CHECK(count_of(again.written(), "4 text 4 @2026") == 1);
    CHECK(count_of(again.written(), "4 text 4") == 1);
    CHECK(again.written().ends_with("6 text 6\n"));
    if (kept == written.size()) CHECK(again.written() == written + "6 text 6\n");
  }
}

TEST_CASE("P2: after a power loss what stands behind a new head is known again",
          "[recording][P2]") {
  Desk desk;
  desk.folder.write("notes/a.txt", "---\nmine\n");
  desk.period(0);
  desk.recording().after = *mark_of(desk.files, desk.folder / "notes/a.txt");
  REQUIRE(desk.commit());
  REQUIRE(desk.serve());  // the file reached the disk, the last meta did not
  const auto written = desk.written();
  REQUIRE(written == "---\nrecorded\nmine\n1 text 1\n2 text 2\n3 text 3\n");
  desk.restart(true);
  REQUIRE(desk.serve());
  CHECK(desk.written() == written);
}

TEST_CASE(
    "P2: after a power loss a recording that began below a line that has moved is known again",
    "[recording][P2]") {
  for (const std::string_view note : {"a note\n", "a note"}) {
    Desk desk;
    desk.folder.write("notes/a.txt", note);
    desk.period(0);
    desk.recording().after = *mark_of(desk.files, desk.folder / "notes/a.txt");
    REQUIRE(desk.commit());
    REQUIRE(desk.serve());  // the file reached the disk, the last meta did not
    const auto edited = "mine\n" + desk.written();
    desk.folder.write("notes/a.txt", edited);
    desk.restart(true);
    REQUIRE(desk.serve());
    CHECK(desk.written() == edited);
  }
}

TEST_CASE("P2: what begins by chance like the next event is not taken for it after a power loss",
          "[recording][P2]") {
  Desk desk;
  begin(desk);
  REQUIRE(desk.serve());
  REQUIRE(desk.commit());
  const auto committed = desk.written().size();
  desk.say(2);
  REQUIRE(desk.serve());
  auto edited = desk.written();
  const std::string_view last = "3 text 3\n";
  REQUIRE(edited.substr(0, committed).ends_with(last));
  edited.insert(committed - last.size(), "my mark: 4 is mine\n");
  REQUIRE(edited[committed] == '4');
  desk.folder.write("notes/a.txt", edited);
  desk.restart(true);
  REQUIRE(desk.serve());
  CHECK(desk.written() == edited);
}

TEST_CASE("P2: a second power loss behind an event that the first one tore doubles nothing",
          "[recording][P2]") {
  Desk desk;
  begin(desk);
  REQUIRE(desk.serve());
  REQUIRE(desk.commit());
  desk.say(3);
  REQUIRE(desk.serve());
  desk.folder.write("notes/a.txt", std::string(kAll.substr(0, kAll.find("xt 5"))));
  desk.restart(true);
  REQUIRE(desk.serve());
  REQUIRE(desk.written() == kAll);
  desk.restart(true);
  REQUIRE(desk.serve());
  CHECK(desk.written() == kAll);
}

TEST_CASE("P2: what was torn behind its capture time is known again, and what is another's is not",
          "[recording][P2]") {
  Desk desk;
  const LooseBytes wanted{.bytes = "at 00:00 text\n",
                          .mask = std::string("\0\0\0\1\1\0\1\1\0\0\0\0\0\0", 14)};
  const auto found = [&](const std::string& content) {
    desk.folder.write("notes/a.txt", content);
    const auto place = desk.policy.check(desk.folder / "notes/a.txt", "");
    auto file = DestinationFile::open(desk.files, place, false, false);
    REQUIRE(file);
    const UnsureStretch all{.end_bytes = content.size(), .after_power_loss = true};
    const auto stretch = WrittenStretch::locate(
        *file, all, {},
        {.end = [] { return EarlierText(); },
         .count = [](std::string_view) { return std::optional<size_t>(0); }});
    REQUIRE(stretch);
    const auto there = stretch->match(file->file(), wanted);
    REQUIRE(there);
    return there->value_or("nothing");
  };
  CHECK(found("at 12:34 text\nmore") == "at 12:34 text\n");
  CHECK(found("at 12:34 te") == "at 12:34 text\n");
  CHECK(found("at 12:3") == "nothing");
  CHECK(found("at 12:34 other text") == "nothing");
  CHECK(found("a note of mine\nat 12:34 text\nmore") == "at 12:34 text\n");
  CHECK(found("a note of mine\nat 12:34 te") == "at 12:34 text\n");
  CHECK(found("a note of mine\nat 12:3") == "nothing");
}

TEST_CASE("P2: what follows a torn piece of an event that is nowhere begins on a line of its own",
          "[recording][P2]") {
  for (const bool of_lines : {false, true}) {
    for (const std::string_view torn : {"4 o", "4 other text", "other"}) {
      Desk desk;
      desk.sink.is_of_lines = of_lines;
      begin(desk);
      REQUIRE(desk.serve());
      REQUIRE(desk.commit());
      const auto left = desk.written() + std::string(torn);
      desk.folder.write("notes/a.txt", left);
      desk.say(2);
      desk.restart(true);
      REQUIRE(desk.serve());
      CHECK(desk.written() == left + "\n4 text 4\n5 text 5\n");
      desk.restart(true);
      REQUIRE(desk.serve());
      CHECK(desk.written() == left + "\n4 text 4\n5 text 5\n");
    }
  }
}

TEST_CASE("P2: a line that was torn within a capture time that is gone is followed by a whole one",
          "[recording][P2]") {
  const std::string_view line = "4 text 4 @2026-02-25T16:26:55.012Z\n";
  for (const std::string_view torn :
       {"4 text 4 ", "4 text 4 @", "4 text 4 @2026-0", "4 text 4 @2026-02-25T16:26:55.01"}) {
    Desk desk;
    desk.sink.is_of_lines = true;
    begin(desk);
    REQUIRE(desk.serve());
    REQUIRE(desk.commit());
    desk.say(1, kSeen);
    const auto committed = desk.written();
    REQUIRE(desk.serve());  // half of it reached the disk, the meta did not
    REQUIRE(desk.written() == committed + std::string(line));
    const auto left = committed + std::string(torn);
    desk.folder.write("notes/a.txt", left);
    desk.forget_capture_times();
    desk.restart(true);
    REQUIRE(desk.serve());
    CHECK(desk.written() == left + "\n4 text 4\n");
    desk.restart(true);
    REQUIRE(desk.serve());
    desk.say(1);
    REQUIRE(desk.serve());
    CHECK(desk.written() == left + "\n4 text 4\n5 text 5\n");
  }
}

TEST_CASE("P2: what is on a disk that comes back later than the power is not written again",
          "[recording][P2]") {
  for (const std::string_view note : {"", "mine\n", "mine"}) {
    for (const bool begun : {false, true}) {  // with a commit behind the first write
      for (const int error : {ENOENT, EACCES, EIO}) {
        Desk desk;
        if (!note.empty()) desk.folder.write("notes/a.txt", std::string(note));
        desk.period(0);
        desk.recording().after = *mark_of(desk.files, desk.folder / "notes/a.txt");
        REQUIRE(desk.commit());
        if (begun) {
          REQUIRE(desk.serve());
          REQUIRE(desk.commit());
        } else if (note.empty()) {
          continue;  // the file is made anew, as any that nobody has seen
        }
        desk.say(1);
        REQUIRE(desk.serve());  // the file reached the disk, the last meta did not
        const auto written = desk.written();
        desk.restart(true);
        desk.files.fault = [&](FileOperation, const std::string& path) {
          return path.ends_with("/a.txt") ? error : 0;
        };
        REQUIRE_FALSE(desk.serve());
        desk.files.fault = {};
        REQUIRE(desk.serve());
        CHECK(desk.written() == written);
        desk.say(1);
        REQUIRE(desk.serve());
        CHECK(desk.written() == written + "5 text 5\n");
      }
    }
  }
}
