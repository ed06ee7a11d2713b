#include <cerrno>
#include <filesystem>

#include "host/recording/destination_file.h"
#include "host/recording/export_writer.h"

#include "tests/support/catch.h"
#include "tests/unit/recording_desk.h"
#include "tests/unit/recording_scenarios.h"

using namespace kato;
using kato::test::Desk;
using kato::test::FileOperation;
using kato::test::leftovers;

namespace {

// A desk at which only commands are given.
struct CommandDesk : Desk {
  CommandDesk() { meta.recordings.clear(); }
};

}  // namespace

TEST_CASE("a recording gets the events of its periods, in pieces or at once", "[recording][P2]") {
  Desk at_once;
  at_once.say(3);
  at_once.period(2, 4);
  at_once.period(6);
  REQUIRE(at_once.serve());
  CHECK(at_once.written() == "# title\n1 text 2\n2 text 3\n3 text 4\n4 text 6\n");

  Desk in_pieces;
  in_pieces.period(2);
  REQUIRE(in_pieces.serve());
  in_pieces.recording().periods.back().stop = PeriodMark{.seq = 4, .event_id = {}, .time = {}};
  in_pieces.say(1);
  REQUIRE(in_pieces.serve());
  in_pieces.period(6);
  in_pieces.say(2);
  REQUIRE(in_pieces.serve());
  CHECK(in_pieces.written() == at_once.written());
}

TEST_CASE("P1: serving again without anything new writes nothing", "[recording][P1]") {
  Desk desk;
  desk.period(0);
  REQUIRE(desk.serve());
  const auto before = desk.written();
  CHECK_FALSE(is_behind(desk.recording(), desk.twin));
  REQUIRE(desk.serve());
  CHECK(desk.written() == before);
}

TEST_CASE("P1, P2: a recording goes on under another version of its sink, with what it had",
          "[recording][P1][P2]") {
  Desk at_once;
  at_once.say(2);
  at_once.period(2);
  REQUIRE(at_once.serve());

  Desk desk;
  desk.period(2);
  REQUIRE(desk.serve());
  REQUIRE(desk.commit());
  desk.restart();
  desk.sink.state_version = 2;
  desk.say(1);
  REQUIRE(desk.serve());
  REQUIRE(desk.commit());
  CHECK(desk.recording().state->version == 2);
  desk.say(1);
  REQUIRE(desk.serve());
  CHECK(desk.written() == at_once.written());
}

TEST_CASE("P2: what another version of a sink was interrupted in is written once",
          "[recording][P2]") {
  Desk at_once;
  at_once.say(1);
  at_once.period(0);
  REQUIRE(at_once.serve());

  const bool lost_power = GENERATE(false, true);
  bool was_killed = true;
  for (uint64_t operation = 0; was_killed; ++operation) {
    INFO("killed at operation " << operation);
    Desk desk;
    desk.period(0);
    REQUIRE(desk.serve());
    REQUIRE(desk.commit());
    desk.say(1);
    desk.kill_at(operation);
    static_cast<void>(desk.serve());
    was_killed = desk.was_killed();
    desk.restart(lost_power);
    desk.sink.state_version = 2;
    REQUIRE(desk.serve());
    CHECK(desk.written() == at_once.written());
  }
}

TEST_CASE("P5: a file with content is gone on with, behind a newline", "[recording][P5]") {
  Desk desk;
  desk.folder.write("notes/a.txt", "my own words");
  desk.period(0);
  REQUIRE(desk.serve());
  CHECK(desk.written() == "my own words\n1 text 1\n2 text 2\n3 text 3\n");
}

TEST_CASE("P5: what the user adds and removes between two writes stands", "[recording][P5]") {
  Desk desk;
  desk.period(0);
  REQUIRE(desk.serve());
  desk.folder.write("notes/a.txt", "rewritten by hand\n");
  desk.say(1);
  REQUIRE(desk.serve());
  CHECK(desk.written() == "rewritten by hand\n4 text 4\n");
}

TEST_CASE("what follows soon opens neither destination nor twin nor journal again", "[recording]") {
  Desk desk;
  desk.period(0);
  REQUIRE(desk.serve());
  const auto before = desk.files.counts.opens;
  desk.say(1);
  REQUIRE(desk.serve());
  CHECK(desk.files.counts.opens == before);
  CHECK(desk.written() == "# title\n1 text 1\n2 text 2\n3 text 3\n4 text 4\n");
}

TEST_CASE("P5: a file that takes the place of an open destination is the one that is written",
          "[recording][P5]") {
  Desk desk;
  desk.period(0);
  REQUIRE(desk.serve());
  const auto first = desk.written();
  REQUIRE(desk.files.rename(desk.folder / "notes/a.txt", desk.folder / "notes/old.txt"));
  desk.folder.write("notes/a.txt", "saved by an editor\n");
  desk.say(1);
  REQUIRE(desk.serve());
  CHECK(desk.written() == "saved by an editor\n4 text 4\n");
  CHECK(desk.written("old.txt") == first);
}

TEST_CASE("P5: an open destination is gone on with only where its path leads to it by itself",
          "[recording][P5]") {
  Desk desk;
  const auto path = desk.folder / "notes/b.txt";
  const auto moved = desk.folder / "notes/moved.txt";
  desk.folder.write("notes/b.txt", "mine\n");
  const auto place = desk.policy.check(path, "");
  auto file = DestinationFile::open(desk.files, place, false, false);
  REQUIRE(file);
  CHECK(file->is_still_at(place));
  SECTION("a link") {
    REQUIRE(desk.files.rename(path, moved));
    std::filesystem::create_symlink(moved, path);
  }
  SECTION("another name") {
    std::filesystem::create_hard_link(path, moved);
  }
  SECTION("another file") {
    REQUIRE(desk.files.rename(path, moved));
    desk.folder.write("notes/b.txt", "mine\n");
  }
  SECTION("nothing") {
    REQUIRE(desk.files.remove(path));
  }
  CHECK_FALSE(file->is_still_at(place));
}

TEST_CASE("a twin that is gone is told, though what is due of it is at hand", "[recording]") {
  Desk desk;
  desk.period(0);
  REQUIRE(desk.serve());
  desk.say(1);
  REQUIRE(desk.files.remove(desk.twin.file.path));
  CHECK(desk.serve().error().code() == ErrorCode::kNotFound);
}

TEST_CASE("P5: a destination that vanished is not made again by itself", "[recording][P5]") {
  Desk desk;
  desk.period(0);
  REQUIRE(desk.serve());
  REQUIRE(desk.files.remove(desk.folder / "notes/a.txt"));
  desk.say(1);
  CHECK(desk.serve().error().code() == ErrorCode::kNotFound);
  CHECK_FALSE(desk.files.info(desk.folder / "notes/a.txt"));
}

TEST_CASE("P5: a destination outside of the allowed folders is refused", "[recording][P5]") {
  Desk desk;
  desk.recording().destination = desk.folder / "elsewhere.txt";
  desk.period(0);
  CHECK(desk.serve().error().code() == ErrorCode::kRefused);
  CHECK_FALSE(desk.files.info(desk.folder / "elsewhere.txt"));
}

TEST_CASE("a failure leaves the cursor where it was", "[recording][P2]") {
  Desk desk;
  desk.period(0);
  desk.files.fault = [](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kOpen && path.ends_with("a.txt") ? ENOSPC : 0;
  };
  CHECK_FALSE(desk.serve());
  CHECK_FALSE(desk.recording().cursor.written);
  desk.files.fault = {};
  REQUIRE(desk.serve());
  CHECK(desk.written() == "# title\n1 text 1\n2 text 2\n3 text 3\n");
}

TEST_CASE("the body of an export follows a head that knows all of it", "[recording]") {
  Desk desk;
  auto writer = ExportWriter::begin(desk.files, {.sink = &desk.sink,
                                                 .options_json = {},
                                                 .session = test::kRecordedSession,
                                                 .zone = TimeZone::utc(),
                                                 .spool_path = desk.folder / "spool"});
  REQUIRE(writer);
  const std::string long_text(300'000, 'x');
  Event event;
  event.body.payload.text = long_text;
  for (int i = 0; i < 10; ++i) {
    REQUIRE((*writer)->take(event));
  }
  CHECK(desk.files.info(desk.folder / "spool"));
  RecordingContext context;
  context.title = "known at the end";
  std::string out;
  const auto take = [&out](std::string_view bytes) {
    out += bytes;
    return Status{};
  };
  REQUIRE((*writer)->finish(context, take));
  writer->reset();
  CHECK(out.starts_with("# known at the end\n1 xxx"));
  CHECK(out.size() > 10 * long_text.size());
  CHECK_FALSE(desk.files.info(desk.folder / "spool"));
}

TEST_CASE("::start makes a recording, a second one to the same file none", "[recording]") {
  CommandDesk desk;
  CHECK(desk.obey("::start b.txt", 5).needs_twin);
  REQUIRE(desk.meta.recordings.size() == 1);
  CHECK(desk.meta.recordings[0].destination == desk.folder / "notes/b.txt");
  CHECK(desk.meta.recordings[0].periods[0].start.seq == 5);
  CHECK_FALSE(desk.obey("::start b.txt", 6).changed);
}

TEST_CASE("::stop and ::start again are one recording with two periods", "[recording]") {
  CommandDesk desk;
  desk.obey("::start b.txt", 5);
  const auto id = desk.meta.recordings[0].recording_id;
  desk.obey("::stop id:" + id.substr(0, 6), 7);
  CHECK(desk.meta.recordings[0].desired == DesiredState::kOff);
  CHECK(desk.meta.recordings[0].periods[0].stop->seq == 7);
  desk.obey("::start b.txt", 9);
  REQUIRE(desk.meta.recordings.size() == 1);
  CHECK(desk.meta.recordings[0].recording_id == id);
  CHECK(desk.meta.recordings[0].periods.size() == 2);
}

TEST_CASE("::stop dest: stops the one with that destination", "[recording]") {
  CommandDesk desk;
  desk.obey("::start b.txt\n::start c.txt", 5);
  desk.obey("::stop dest:c.txt", 6);
  CHECK(desk.meta.recordings[0].desired == DesiredState::kOn);
  CHECK(desk.meta.recordings[1].desired == DesiredState::kOff);
}

TEST_CASE("::stop with what is an id and a destination stops both, and the log warns",
          "[recording]") {
  CommandDesk desk;
  desk.obey("::start b.txt", 5);
  const auto part = desk.meta.recordings[0].recording_id.substr(0, 6);
  desk.obey("::start " + part, 6);
  CHECK_FALSE(desk.obey("::stop id:zzz", 7).changed);
  const auto done = desk.obey("::stop " + part, 8);
  CHECK(desk.meta.recordings[0].desired == DesiredState::kOff);
  CHECK(desk.meta.recordings[1].desired == DesiredState::kOff);
  REQUIRE(done.audit.size() == 1);
  CHECK(done.audit[0].allowed);
  CHECK(done.audit[0].warns);
}

TEST_CASE("::capture takes over a recording that has written nothing yet", "[recording]") {
  CommandDesk desk;
  desk.obey("::start b.txt", 5);
  desk.obey("::capture b.txt", 6);
  REQUIRE(desk.meta.recordings.size() == 1);
  REQUIRE(desk.recording().periods.size() == 1);
  CHECK(desk.recording().periods[0].start.seq == 0);
}

TEST_CASE("P5: ::capture to a file that holds more than its recording takes a sibling",
          "[recording][P5]") {
  Desk desk;
  desk.period(0);
  REQUIRE(desk.serve());
  desk.folder.write("notes/a.txt", desk.written() + "mine\n");
  desk.obey("::capture a.txt", 3);
  REQUIRE(desk.meta.recordings.size() == 2);
  CHECK_FALSE(desk.recording().intent);
  CHECK(desk.meta.recordings[1].destination == desk.folder / "notes/a-2.txt");
  CHECK(desk.meta.recordings[1].periods[0].start.seq == 0);
}

TEST_CASE("::capture to a file that is all Kato's replaces it by the whole conversation",
          "[recording]") {
  Desk desk;
  desk.period(2);
  REQUIRE(desk.serve());
  desk.obey("::capture a.txt", 3);
  REQUIRE(desk.meta.recordings.size() == 1);
  REQUIRE(desk.serve());
  CHECK(desk.written() == "# title\n1 text 1\n2 text 2\n3 text 3\n");
  CHECK_FALSE(desk.recording().intent);
  desk.say(1);
  REQUIRE(desk.serve());
  CHECK(desk.written().ends_with("3 text 3\n4 text 4\n"));
  CHECK(desk.recording().whole_file);
  CHECK(leftovers(desk).empty());
}

TEST_CASE("P5: a file that changed after ::capture is not replaced", "[recording][P5]") {
  Desk desk;
  desk.period(2);
  REQUIRE(desk.serve());
  desk.obey("::capture a.txt", 3);
  const auto mine = desk.written() + "mine\n";
  desk.folder.write("notes/a.txt", mine);
  CHECK(desk.serve().error().code() == ErrorCode::kExists);
  CHECK(desk.written() == mine);
  CHECK(leftovers(desk).empty());
}

TEST_CASE("::start makes a destination again that was removed", "[recording]") {
  Desk desk;
  desk.period(0);
  REQUIRE(desk.serve());
  REQUIRE(desk.files.remove(desk.folder / "notes/a.txt"));
  desk.say(1);
  CHECK(desk.serve().error().code() == ErrorCode::kNotFound);
  CHECK(desk.obey("::start a.txt", 4).changed);
  REQUIRE(desk.serve());
  CHECK(desk.written() == "# title\n1 text 4\n");
}

TEST_CASE("::export waits to be written once, and makes no recording", "[recording]") {
  CommandDesk desk;
  const auto done = desk.obey("::export b.txt", 5);
  CHECK(done.changed);
  CHECK_FALSE(done.needs_twin);
  REQUIRE(desk.meta.pending_exports.size() == 1);
  CHECK(desk.meta.pending_exports[0].through.seq == 5);
}

TEST_CASE("::private ends all recordings, and only ::start lifts it", "[recording][P6]") {
  CommandDesk desk;
  desk.obey("::start b.txt", 5);
  CHECK(desk.obey("::private", 6).changed);
  CHECK(desk.meta.is_private);
  CHECK(desk.meta.recordings[0].desired == DesiredState::kOff);
  desk.obey("::stop", 7);
  CHECK(desk.meta.is_private);
  desk.obey("::start b.txt", 8);
  CHECK_FALSE(desk.meta.is_private);
}

TEST_CASE("one line that is not valid keeps the whole message from running", "[recording]") {
  CommandDesk desk;
  const auto done = desk.obey("::start b.txt\n::export", 5);
  CHECK_FALSE(done.changed);
  CHECK(desk.meta.recordings.empty());
  REQUIRE(done.audit.size() == 1);
  CHECK(done.audit[0].reason.find("line 2") != std::string::npos);
}

TEST_CASE("P5: forbidden and taken destinations are audited and nothing else", "[recording][P5]") {
  CommandDesk desk;
  const auto outside = desk.obey("::start /etc/kato.txt", 5);
  CHECK(desk.meta.recordings.empty());
  REQUIRE(outside.audit.size() == 1);
  CHECK_FALSE(outside.audit[0].allowed);
  CHECK_FALSE(desk.obey("::start b.txt", 6, true).changed);
  CHECK(desk.meta.recordings.empty());
}
