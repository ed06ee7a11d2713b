// Destinations that their owner edits, before, within and after what is written: the promise P5.
#include <cerrno>
#include <filesystem>
#include <functional>
#include <utility>

#include "tests/support/catch.h"
#include "tests/support/text.h"
#include "tests/unit/recording_scenarios.h"

using namespace kato;
using kato::test::ask_for_export;
using kato::test::begin;
using kato::test::count_of;
using kato::test::Desk;
using kato::test::FileOperation;
using kato::test::kAll;
using kato::test::kBody;
using kato::test::kExport;
using kato::test::kTitle;
using kato::test::leftovers;
using kato::test::record_on;
using kato::test::without;

namespace {

// Kills the run at each of its appends to the destination, which is then half done; the user edits
// the file; the next run goes on.
void kill_in_append(const std::function<void(Desk&)>& edit,
                    const std::function<void(const std::string&)>& judge, int first = 0) {
  for (int nth = first; nth < 3; ++nth) {
    Desk desk;
    begin(desk);
    int seen = 0;
    bool dead = false;
    desk.files.fault = [&](FileOperation operation, const std::string& path) {
      dead =
          dead || (operation == FileOperation::kAppend && path.ends_with("a.txt") && seen++ == nth);
      return dead ? EIO : 0;
    };
    CHECK_FALSE(record_on(desk));
    desk.restart();
    edit(desk);
    REQUIRE(record_on(desk));
    INFO("killed in append " << nth);
    judge(desk.written());
  }
}

}  // namespace

TEST_CASE("P5: what the user appends after a kill stays, and nothing is doubled",
          "[recording][P5]") {
  const auto append = [](Desk& desk) {
    desk.folder.write("notes/a.txt", desk.written() + "mine\n");
  };
  kill_in_append(append, [](const std::string& text) {
    auto without = text;
    const auto mine = text.find("mine\n");
    REQUIRE(mine != std::string::npos);
    without.erase(mine, 5);
    CHECK(without == kAll);
  });
}

TEST_CASE("P5: no head goes behind what the user wrote into a file that was still empty",
          "[recording][P5]") {
  for (const bool lost_power : {false, true}) {
    Desk desk;
    begin(desk);
    desk.files.fault = [](FileOperation operation, const std::string& path) {
      return operation == FileOperation::kAppend && path.ends_with("a.txt") ? EIO : 0;
    };
    CHECK_FALSE(record_on(desk));
    desk.folder.write("notes/a.txt", "mine\n");
    desk.restart(lost_power);
    REQUIRE(record_on(desk));
    CHECK(desk.written() == "mine\n" + std::string(kAll.substr(kTitle.size())));
  }
}

TEST_CASE("P5: nor does the head of an export", "[recording][P5]") {
  for (const bool lost_power : {false, true}) {
    Desk desk;
    ask_for_export(desk, "");
    desk.files.fault = [](FileOperation operation, const std::string& path) {
      return operation == FileOperation::kAppend && path.ends_with("a.txt") ? EIO : 0;
    };
    CHECK_FALSE(desk.export_all());
    desk.folder.write("notes/a.txt", "mine\n");
    desk.restart(lost_power);
    REQUIRE(desk.export_all());
    CHECK(desk.written() == "mine\n" + std::string(kBody));
  }
}

TEST_CASE("P5: a note that begins by chance as an export was to begin stays what it is",
          "[recording][P5]") {
  for (const bool lost_power : {false, true}) {
    Desk desk;
    ask_for_export(desk, "");
    desk.files.fault = [](FileOperation operation, const std::string& path) {
      return operation == FileOperation::kAppend && path.ends_with("a.txt") ? EIO : 0;
    };
    CHECK_FALSE(desk.export_all());
    desk.folder.write("notes/a.txt", "# tasks of mine\n");
    desk.restart(lost_power);
    REQUIRE(desk.export_all());
    CHECK(desk.written() == "# tasks of mine\n" + std::string(kBody));
  }
}

TEST_CASE("P5: what the user inserts before the end after a kill moves nothing",
          "[recording][P5]") {
  const auto insert = [](Desk& desk) {
    desk.folder.write("notes/a.txt", "mine\n" + desk.written());
  };
  kill_in_append(insert,
                 [](const std::string& text) { CHECK(text == "mine\n" + std::string(kAll)); });
}

TEST_CASE("P5: so does what is inserted into the text that was written last", "[recording][P5]") {
  const auto insert = [](Desk& desk) {
    auto text = desk.written();
    text.insert(text.find("text"), "mine ");
    desk.folder.write("notes/a.txt", text);
  };
  kill_in_append(
      insert,
      [](const std::string& text) {
        INFO(text);
        CHECK(count_of(text, "mine ") == 1);
        CHECK(without(text, "mine ") == kAll);
      },
      1);
}

TEST_CASE("P2, P5: what the user edits before an append, and after it, misleads no search",
          "[recording][P2][P5]") {
  for (const std::string_view edit : {"", "more than what is written next\n"}) {
    Desk desk;
    begin(desk);
    REQUIRE(desk.serve());
    desk.say(1);
    REQUIRE(desk.serve());  // the edit is before what was written last
    REQUIRE(desk.commit());
    auto text = desk.written();
    text.replace(text.find("1 text 1\n"), 9, edit);
    desk.folder.write("notes/a.txt", text);
    desk.say(2);
    REQUIRE(desk.serve());
    const std::string_view later = edit.empty() ? "" : "# ";
    desk.folder.write("notes/a.txt", std::string(later) + desk.written());
    desk.restart();
    REQUIRE(desk.serve());
    CHECK(desk.written() == std::string(later) + text + "5 text 5\n6 text 6\n");
  }
}

TEST_CASE("P2, P5: what the user appends between the announcement and the append doubles nothing",
          "[recording][P2][P5]") {
  const bool begins = GENERATE(true, false);
  Desk desk;
  begin(desk);
  if (!begins) REQUIRE(desk.serve());
  REQUIRE(desk.commit());
  const auto before = desk.written();
  if (!begins) desk.say(1);
  bool has_edited = false;
  desk.files.fault = [&](FileOperation operation, const std::string& path) {
    if (operation == FileOperation::kAppend && path.ends_with("writes") && !has_edited) {
      has_edited = true;
      desk.folder.write("notes/a.txt", before + "mine\n");
    }
    return 0;
  };
  REQUIRE(desk.serve());
  const auto written = desk.written();
  const std::string added(begins ? kExport : "4 text 4\n");
  CHECK(written == before + "mine\n" + added);
  desk.restart();
  REQUIRE(desk.serve());
  CHECK(desk.written() == written);
  CHECK_FALSE(desk.recording().whole_file);
}

TEST_CASE("P5: what the user removed after it was written is not written again",
          "[recording][P5]") {
  Desk desk;
  begin(desk);
  REQUIRE(desk.serve());
  desk.say(1);
  REQUIRE(desk.serve());
  desk.say(1);
  REQUIRE(desk.serve());
  desk.folder.write("notes/a.txt", "# title\n5 text 5\n");
  desk.restart();
  desk.say(1);
  REQUIRE(desk.serve());
  CHECK(count_of(desk.written(), "text 1") == 0);
  CHECK(count_of(desk.written(), "text 4") == 0);
  CHECK(desk.written().ends_with("6 text 6\n"));
}

TEST_CASE("P5: mode stays when a note gets a new head", "[recording][P5]") {
  Desk desk;
  desk.folder.write("notes/a.txt", "---\nmine\n");
  auto file = desk.files.open(desk.folder / "notes/a.txt", OpenMode::kAppend);
  REQUIRE((*file)->set_mode(0640));
  desk.period(0);
  REQUIRE(desk.serve());
  CHECK(desk.written().starts_with("---\nrecorded\nmine\n1 text 1\n"));
  CHECK(desk.files.info(desk.folder / "notes/a.txt")->mode == 0640);
}

TEST_CASE("P5: a person's own file beside a note stays when the note gets a new head",
          "[recording][P5]") {
  Desk desk;
  desk.folder.write("notes/a.txt", "---\nmine\n");
  desk.folder.write("notes/a.txt.kato-new", "my own");
  desk.period(0);
  REQUIRE(desk.serve());
  CHECK(desk.written().starts_with("---\nrecorded\nmine\n"));
  CHECK(desk.folder.read("notes/a.txt.kato-new") == "my own");
  CHECK(leftovers(desk) == "a.txt.kato-new ");
}

TEST_CASE("a note with the longest of names gets a new head too", "[recording]") {
  Desk desk;
  desk.meta.recordings.clear();
  const std::string name = std::string(251, 'n') + ".txt";
  desk.folder.write("notes/" + name, "---\nmine\n");
  desk.obey("::start " + name, 3);
  REQUIRE(desk.serve());
  CHECK(desk.folder.read("notes/" + name).starts_with("---\nrecorded\nmine\n"));
  CHECK(leftovers(desk) == name + " ");
}

TEST_CASE("P5: a note that changes while it gets a new head keeps its own", "[recording][P5]") {
  Desk desk;
  desk.folder.write("notes/a.txt", "---\nmine\n");
  desk.period(0);
  desk.files.fault = [&](FileOperation operation, const std::string& path) {
    // Just before the files change places.
    if (operation == FileOperation::kRename && path.contains(".kato-new-")) {
      desk.folder.write("notes/a.txt", "---\nMINE\n");
    }
    return 0;
  };
  REQUIRE(desk.serve());
  CHECK(desk.written() == "---\nMINE\n1 text 1\n2 text 2\n3 text 3\n");
  CHECK(leftovers(desk).empty());
}

TEST_CASE(
    "P2, P5: an editor that replaces the file right after an append loses and doubles nothing",
    "[recording][P2][P5]") {
  const bool has_read_it = GENERATE(true, false);
  Desk desk;
  begin(desk);
  REQUIRE(record_on(desk));
  const auto before = desk.written();
  desk.say(1);
  bool appended = false;
  bool edited = false;
  desk.files.fault = [&](FileOperation operation, const std::string& path) {
    if (!path.ends_with("a.txt")) return 0;
    if (operation == FileOperation::kInfo && appended && !std::exchange(edited, true)) {
      const auto kept = (has_read_it ? desk.written() : before).substr(kTitle.size());
      std::filesystem::remove(desk.folder / "notes/a.txt");
      desk.folder.write("notes/a.txt", kept);
    }
    appended = appended || operation == FileOperation::kAppend;
    return 0;
  };
  REQUIRE(desk.serve());
  REQUIRE(edited);
  CHECK(desk.written().starts_with(before.substr(kTitle.size())));
  CHECK(count_of(desk.written(), "text 7") == 1);
}

TEST_CASE(
    "P5: a capture whose file was deleted before its turn waits, and leaves nothing beside it",
    "[recording][P5]") {
  Desk desk;
  desk.period(2);
  REQUIRE(desk.serve());
  desk.obey("::capture a.txt", 3);
  REQUIRE(desk.recording().intent);
  REQUIRE(desk.commit());
  REQUIRE(desk.files.remove(desk.folder / "notes/a.txt"));
  desk.folder.write("notes/a.txt.kato-new-" + desk.recording().recording_id.substr(0, 8),
                    "half of what a killed run had made");
  const auto before = desk.files.counts.appended_bytes;
  CHECK_FALSE(desk.serve());
  CHECK(leftovers(desk).empty());
  CHECK(desk.files.counts.appended_bytes == before);
}

TEST_CASE("P5: nor does one that the disk refuses", "[recording][P5]") {
  Desk desk;
  desk.period(2);
  REQUIRE(desk.serve());
  desk.obey("::capture a.txt", 3);
  REQUIRE(desk.commit());
  desk.files.fault = [](FileOperation operation, const std::string& path) {
    const bool fails = operation == FileOperation::kAppend || operation == FileOperation::kSync;
    return fails && path.contains(".kato-new-") ? ENOSPC : 0;
  };
  CHECK_FALSE(desk.serve());
  CHECK(leftovers(desk).empty());
}

TEST_CASE("P5: another file that got the number of one which could not be put in place is nobody's",
          "[recording][P5]") {
  for (const bool restarts : {false, true}) {
    Desk desk;
    desk.period(2);
    REQUIRE(desk.serve());
    desk.obey("::capture a.txt", 3);
    REQUIRE(desk.commit());
    const auto kept = desk.folder / "notes/kept.txt";
    desk.files.fault = [&kept](FileOperation operation, const std::string& path) {
      const bool exchanges = operation == FileOperation::kRename && path.contains(".kato-new-");
      if (exchanges) std::filesystem::create_hard_link(path, kept);
      return exchanges ? EIO : 0;
    };
    CHECK_FALSE(desk.serve());
    desk.files.fault = {};
    CHECK(leftovers(desk) == "kept.txt ");
    desk.folder.write("notes/kept.txt", "mine\n");
    std::filesystem::rename(kept, desk.folder / "notes/a.txt");
    if (restarts) desk.restart();
    CHECK_FALSE(desk.serve());  // it wants a sibling
    CHECK(desk.written() == "mine\n");
    CHECK(leftovers(desk).empty());
  }
}

TEST_CASE("P2: a capture is not judged by a file that cannot be read at that moment",
          "[recording][P2]") {
  Desk desk;
  desk.period(2);
  REQUIRE(desk.serve());
  for (const int error : {EIO, EMFILE, EACCES}) {
    desk.files.fault = [error](FileOperation operation, const std::string& path) {
      const bool fails = operation == FileOperation::kOpen || operation == FileOperation::kRead;
      return fails && path.ends_with("/a.txt") ? error : 0;
    };
    const auto done = desk.obey("::capture a.txt", 3);
    CHECK(done.fault.has_value() == (error != EACCES));
    CHECK_FALSE(done.changed);
    CHECK_FALSE(done.audit.back().allowed);
    CHECK(desk.meta.recordings.size() == 1);
    CHECK_FALSE(desk.recording().intent);
  }
  desk.files.fault = {};
  desk.obey("::capture a.txt", 3);
  CHECK(desk.recording().intent);
}

TEST_CASE("P2: nor is one that got the number of a new head which could not be put in place",
          "[recording][P2]") {
  Desk desk;
  desk.folder.write("notes/a.txt", "---\nmine\n");
  desk.period(0);
  desk.recording().after = *mark_of(desk.files, desk.folder / "notes/a.txt");
  REQUIRE(desk.commit());
  const auto kept = desk.folder / "notes/kept.txt";
  desk.files.fault = [&kept](FileOperation operation, const std::string& path) {
    const bool exchanges = operation == FileOperation::kRename && path.contains(".kato-new-");
    if (exchanges) std::filesystem::create_hard_link(path, kept);
    return exchanges ? EIO : 0;
  };
  REQUIRE(desk.serve());
  const auto written = desk.written();
  REQUIRE(written == "---\nmine\n" + std::string(kBody));
  desk.folder.write("notes/kept.txt", written);
  std::filesystem::rename(kept, desk.folder / "notes/a.txt");
  desk.restart(true);
  REQUIRE(desk.serve());
  CHECK(desk.written() == written);
}
