// Copies that were cut short while their log was gone: what is told, what is given, and what comes
// back with the log.
#include <algorithm>
#include <filesystem>

#include "tests/support/catch.h"
#include "tests/support/text.h"
#include "tests/unit/short_copies.h"

using namespace kato;
using kato::test::cause_of_copy;
using kato::test::check_all_in_order;
using kato::test::count_of;
using kato::test::DaemonRig;
using kato::test::exported;
using kato::test::log_name;
using kato::test::open_session;
using kato::test::twin;

namespace {

namespace fs = std::filesystem;

constexpr size_t kLeftLines = 3;

// A session that is recorded or only copied, and no daemon.
void talk(DaemonRig& rig, bool is_recorded) {
  rig.say(1, "apple");
  const auto daemon = rig.working();
  if (is_recorded) rig.say(1, "::start one.md");
  for (const auto* const said : {"pear", "plum", "quince", "medlar"}) {
    rig.say(1, said);
  }
  rig.work(*daemon);
  static_cast<void>(
      rig.ask(*daemon, {.verb = ControlVerb::kSnapshotCreate, .session = rig.session_id(1)}));
  rig.work(*daemon);
  REQUIRE(daemon->finish());
}

void move_log_away(const DaemonRig& rig) {
  fs::rename(rig.log(1), rig.home / "away");
}

void move_log_back(const DaemonRig& rig) {
  fs::rename(rig.home / "away", rig.log(1));
}

void cut_copy(const DaemonRig& rig) {
  const auto whole = rig.read(twin(rig));
  size_t end = 0;
  for (size_t lines = 0; lines < kLeftLines; ++lines) {
    end = whole.find('\n', end) + 1;
  }
  rig.home.write(twin(rig), whole.substr(0, end));
}

}  // namespace

TEST_CASE("P10: what a copy of a session without recordings lost is told as long as it is so",
          "[lost][P10]") {
  DaemonRig rig;
  talk(rig, false);
  move_log_away(rig);
  cut_copy(rig);
  {
    auto daemon = rig.make(DaemonPurpose::kOneRequest);
    REQUIRE(daemon);
    CHECK(cause_of_copy(**daemon, rig).contains("events are lost"));
  }
  auto daemon = rig.working();
  CHECK(cause_of_copy(*daemon, rig).contains("events are lost"));
  open_session(rig, *daemon);
  const auto cause = cause_of_copy(*daemon, rig);
  REQUIRE(daemon->finish());
  daemon.reset();
  REQUIRE(rig.meta(1).twin.lost_events > 0);
  {
    auto one = rig.make(DaemonPurpose::kOneRequest);
    REQUIRE(one);
    CHECK(cause_of_copy(**one, rig) == cause);
  }
  daemon = rig.working();
  CHECK(cause_of_copy(*daemon, rig) == cause);

  move_log_back(rig);
  rig.work(*daemon);
  static_cast<void>(
      rig.ask(*daemon, {.verb = ControlVerb::kReprocess, .session = rig.session_id(1)}));
  rig.work(*daemon);
  CHECK(cause_of_copy(*daemon, rig).empty());
  REQUIRE(daemon->finish());
  daemon.reset();
  daemon = rig.working();
  CHECK(cause_of_copy(*daemon, rig).empty());
}

TEST_CASE("a status opens no meta of a session that lost nothing", "[lost]") {
  DaemonRig rig;
  talk(rig, false);
  const auto daemon = rig.working();
  const auto opens = rig.files.counts.opens;
  static_cast<void>(daemon->status(true));
  CHECK(rig.files.counts.opens == opens);
}

TEST_CASE("P10: an export gives what a copy lost once the log is there again", "[lost][P10]") {
  DaemonRig rig;
  talk(rig, false);
  move_log_away(rig);
  cut_copy(rig);
  auto daemon = rig.working();
  open_session(rig, *daemon);
  daemon.reset();
  const auto without = exported(rig);
  CHECK(count_of(without.said, "medlar") == 0);
  REQUIRE(without.warnings.size() == 1);
  CHECK(without.warnings.front().contains("events are lost"));

  move_log_back(rig);
  SECTION("as it was") {}
  SECTION("and the conversation went on") {
    daemon = rig.working();
    rig.say(1, "grape");
    rig.work(*daemon);
    daemon.reset();
    REQUIRE(rig.read(twin(rig)).contains("grape"));
    CHECK(exported(rig).captured.contains("grape"));
  }
  SECTION("with words that nobody read yet") {
    rig.say(1, "grape");
  }
  const auto with = exported(rig);
  check_all_in_order(with.said);
  CHECK(with.warnings.empty());
  const auto grape = with.said.find("grape");
  CHECK((grape == std::string::npos || grape > with.said.find("medlar")));
}

TEST_CASE("P10: a capture gets what a copy lost from the log that is there again", "[lost][P10]") {
  DaemonRig rig;
  talk(rig, true);
  const auto notes = rig.read("proj/one.md");
  move_log_away(rig);
  cut_copy(rig);
  auto daemon = rig.working();
  open_session(rig, *daemon);
  REQUIRE(rig.meta(1).twin.lost_events > 0);
  bool is_asked_for = true;
  SECTION("while the daemon runs") {
    move_log_back(rig);
    rig.work(*daemon);
  }
  SECTION("while none runs") {
    daemon.reset();
    move_log_back(rig);
    daemon = rig.working();
  }
  SECTION("by a command in the conversation") {
    move_log_back(rig);
    rig.work(*daemon);
    rig.say(1, "::capture all.md");
    rig.work(*daemon);
    is_asked_for = false;
  }
  if (is_asked_for) {
    const auto captured = rig.ask(*daemon, {.verb = ControlVerb::kRecordCapture,
                                            .session = rig.session_id(1),
                                            .destination = rig.home / "proj/all.md"});
    CHECK_FALSE(captured.contains("warning"));
    rig.work(*daemon);
  }
  check_all_in_order(rig.read("proj/all.md"));
  CHECK(cause_of_copy(*daemon, rig).empty());
  CHECK(rig.meta(1).twin.lost_events == 0);
  rig.say(1, "said after");
  rig.work(*daemon);
  const auto now = rig.read("proj/one.md");
  CHECK(now.starts_with(notes));
  CHECK(count_of(now, "medlar") == 1);
  CHECK(count_of(now, "said after") == 1);
  CHECK(count_of(rig.read("proj/all.md"), "said after") == 1);
}

TEST_CASE("P10: a log that has not all of it either costs no word of the copy", "[lost][P10]") {
  DaemonRig rig;
  talk(rig, true);
  move_log_away(rig);
  cut_copy(rig);
  auto daemon = rig.working();
  open_session(rig, *daemon);
  const auto lost = rig.meta(1).twin.lost_events;
  rig.say(1, "in a new log");
  rig.work(*daemon);
  const auto captured = rig.ask(*daemon, {.verb = ControlVerb::kRecordCapture,
                                          .session = rig.session_id(1),
                                          .destination = rig.home / "proj/all.md"});
  CHECK(captured.value("warning", "").contains("events are lost"));
  rig.work(*daemon);
  const auto all = rig.read("proj/all.md");
  CHECK(count_of(all, "apple\n") == 1);
  CHECK(count_of(all, "in a new log") == 1);
  CHECK(rig.meta(1).twin.lost_events == lost);
}

TEST_CASE("P10: nothing waits for what was lost with a copy that was removed", "[lost][P10]") {
  DaemonRig rig;
  talk(rig, true);
  const auto notes = rig.read("proj/one.md");
  move_log_away(rig);
  cut_copy(rig);
  auto daemon = rig.working();
  open_session(rig, *daemon);
  static_cast<void>(
      rig.ask(*daemon, {.verb = ControlVerb::kSnapshotRemove, .session = rig.session_id(1)}));
  rig.work(*daemon);
  CHECK_FALSE(fs::exists(rig.home / twin(rig)));
  CHECK(daemon->status(true).degraded.empty());
  REQUIRE(daemon->status(true).recordings.size() == 1);
  CHECK(daemon->status(true).recordings.front().lag == 0);
  REQUIRE(daemon->finish());
  daemon.reset();
  daemon = rig.working();
  CHECK(daemon->status(true).recordings.front().lag == 0);

  move_log_back(rig);
  rig.work(*daemon);
  rig.say(1, "said after");
  rig.work(*daemon);
  const auto now = rig.read("proj/one.md");
  INFO(now);
  CHECK(now.starts_with(notes));
  CHECK(count_of(now, "medlar") == 1);
  CHECK(count_of(now, "said after") == 1);
}
