// Copies that are not what the meta speaks of: another session's, cut ones, such with lines that
// are no events.
#include <algorithm>
#include <filesystem>

#include "tests/support/catch.h"
#include "tests/support/text.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::cause_of;
using kato::test::count_of;
using kato::test::DaemonRig;

namespace {

namespace fs = std::filesystem;

std::string twin(const DaemonRig& rig, int number = 1) {
  return "state/sessions/" + rig.key(number) + ".twin.jsonl";
}

std::string short_name(const DaemonRig& rig, int number) {
  return rig.session_id(number).substr(0, 8);
}

// Of two sessions that are recorded, the first one's copy is the longer one; and no daemon.
void record_two(DaemonRig& rig) {
  for (const int number : {1, 2}) {
    rig.say(number, "said before");
  }
  const auto daemon = rig.working();
  rig.say(1, "apple");
  rig.say(1, "::start one.md");
  rig.say(1, "a long word, and another one, so that this copy is longer than that of the other");
  rig.say(2, "::start two.md");
  rig.say(2, "quince");
  rig.work(*daemon);
  REQUIRE(daemon->finish());
  REQUIRE(rig.read(twin(rig, 1)).size() > rig.read(twin(rig, 2)).size());
}

void remove_copy(DaemonRig& rig, Daemon& daemon) {
  static_cast<void>(
      rig.ask(daemon, {.verb = ControlVerb::kSnapshotRemove, .session = rig.session_id(1)}));
  rig.work(daemon);
}

}  // namespace

TEST_CASE(
    "P7: a copy that is another session's is told and not touched, and no word of it goes "
    "anywhere",
    "[damage][P7]") {
  DaemonRig rig;
  record_two(rig);
  const auto of_other = rig.read(twin(rig, 2));
  const auto of_own = rig.read(twin(rig, 1));
  std::string found;
  uint64_t at = 0;
  SECTION("shorter") {
    found = of_other;
  }
  SECTION("as long as it was") {
    found = of_other;
    const auto padding = of_own.size() - of_other.size();
    const auto text = found.find("quince");
    found.insert(text, padding, 'x');
    REQUIRE(found.size() == of_own.size());
  }
  SECTION("longer") {
    found = of_other + of_own + of_own;
  }
  SECTION("torn") {
    found = of_other.substr(0, of_other.size() - 10);
  }
  SECTION("behind its own") {
    found = of_own + of_other;
    at = of_own.size();
  }
  rig.home.write(twin(rig, 1), found);
  const auto daemon = rig.working();
  rig.say(1, "said while it rested");
  rig.say(1, "::export all.md");
  rig.work(*daemon);
  const auto cause = cause_of(*daemon, "session " + short_name(rig, 1));
  INFO(cause);
  CHECK(cause.contains("twin " + rig.home / twin(rig, 1) + " is damaged at byte "));
  CHECK(cause.contains(fmt::format("at byte {}:", at)));
  CHECK(cause.contains("session " + short_name(rig, 2)));
  CHECK(cause.contains("kato snapshot remove"));
  CHECK(rig.read("state/runtime/logs/operational.jsonl").contains("is damaged at byte"));
  CHECK(rig.read(twin(rig, 1)) == found);
  CHECK_FALSE(fs::exists(rig.home / "proj/all.md"));
  CHECK_FALSE(rig.read("proj/one.md").contains("quince"));
  rig.say(2, "said in the other");
  rig.work(*daemon);
  CHECK(count_of(rig.read("proj/two.md"), "said in the other") == 1);

  remove_copy(rig, *daemon);
  CHECK(daemon->status(false).degraded.empty());
  CHECK(count_of(rig.read("proj/one.md"), "said while it rested") == 1);
  CHECK(rig.read("proj/all.md").contains("apple"));
  CHECK_FALSE(rig.read("proj/all.md").contains("quince"));
  CHECK_FALSE(rig.read(twin(rig, 1)).contains("quince"));
}

TEST_CASE(
    "P7: a copy that becomes another session's while the daemon has it open is told at its "
    "next reading",
    "[damage][P7]") {
  DaemonRig rig;
  record_two(rig);
  const auto daemon = rig.working();
  rig.say(1, "said first");
  rig.work(*daemon);
  rig.home.write(twin(rig, 1), rig.read(twin(rig, 2)));
  rig.say(1, "::export all.md");
  rig.work(*daemon);
  const auto cause = cause_of(*daemon, "export of session " + short_name(rig, 1));
  INFO(cause);
  CHECK(cause.contains("is damaged at byte 0"));
  CHECK(cause.contains("kato snapshot remove"));
  CHECK_FALSE(rig.read("proj/all.md").contains("quince"));
}

TEST_CASE("P7: another session's copy whose meta was moved away is not taken over",
          "[damage][P7]") {
  DaemonRig rig;
  record_two(rig);
  const auto of_other = rig.read(twin(rig, 2));
  rig.home.write(twin(rig, 1), of_other);
  fs::remove(rig.home / ("state/sessions/" + rig.key(1) + ".meta.json"));
  const auto daemon = rig.working();
  rig.say(1, "::capture all.md");
  rig.work(*daemon);
  const auto cause = cause_of(*daemon, "session " + short_name(rig, 1));
  INFO(cause);
  CHECK(cause.contains("session " + short_name(rig, 2)));
  CHECK(cause.contains("Move it away"));
  CHECK_FALSE(cause.contains("kato snapshot remove"));
  CHECK(rig.read(twin(rig, 1)) == of_other);
  CHECK_FALSE(fs::exists(rig.home / "proj/all.md"));
}

TEST_CASE("P7: of a copy with a line that is no event it is told where, and what to do",
          "[damage][P7]") {
  DaemonRig rig;
  record_two(rig);
  auto lines = rig.read(twin(rig, 1));
  const auto second = lines.find('\n') + 1;
  const auto third = lines.find('\n', second) + 1;
  lines.replace(second, 10, "no event..");
  SECTION("shorter than it was") {
    lines.resize(lines.rfind('\n', lines.size() - 2) + 1);
  }
  SECTION("of which a recording needs more") {
    lines.resize(third);
  }
  rig.home.write(twin(rig, 1), lines);
  const auto daemon = rig.working();
  rig.say(1, "said while it rested");
  rig.work(*daemon);
  const auto cause = cause_of(*daemon, "session " + short_name(rig, 1));
  INFO(cause);
  CHECK(cause.contains(fmt::format("is damaged at byte {}", second)));
  CHECK(cause.contains("kato snapshot remove " + short_name(rig, 1)));
  CHECK(rig.read(twin(rig, 1)) == lines);
  remove_copy(rig, *daemon);
  CHECK(daemon->status(false).degraded.empty());
  CHECK(count_of(rig.read("proj/one.md"), "said while it rested") == 1);
}

TEST_CASE("P2: a damaged copy can be removed while the daemon runs that found it after a kill",
          "[damage][P2][P7]") {
  DaemonRig rig;
  record_two(rig);
  auto daemon = rig.working();
  rig.say(1, "said first");
  rig.work(*daemon);
  fs::resize_file(rig.home / twin(rig, 1), 10);
  rig.say(1, "said behind it");
  rig.work(*daemon);
  rig.say(1, "said at last");
  daemon->work([] { return false; });  // and nothing of it is committed
  daemon.reset();
  daemon = rig.working();
  rig.say(1, "said while it rested");
  rig.work(*daemon);
  CHECK(cause_of(*daemon, "session " + short_name(rig, 1)).contains("is damaged"));
  remove_copy(rig, *daemon);
  CHECK(daemon->status(false).degraded.empty());
  rig.say(1, "said after");
  rig.work(*daemon);
  for (const auto* const said :
       {"said first", "said behind it", "said at last", "said while it rested", "said after"}) {
    INFO(said);
    CHECK(count_of(rig.read("proj/one.md"), said) == 1);
  }
}

TEST_CASE(
    "P10: what a copy lost that was cut short while its log was gone is told as long as it "
    "is so",
    "[damage][P10]") {
  DaemonRig rig;
  record_two(rig);
  const auto log = rig.read(".claude/projects/-proj/" + fs::path(rig.log(1)).filename().string());
  const auto notes = rig.read("proj/one.md");
  const auto whole = rig.read(twin(rig, 1));
  fs::remove(rig.log(1));
  size_t end = 0;
  for (int lines = 0; lines < 3; ++lines) {
    end = whole.find('\n', end) + 1;
  }
  rig.home.write(twin(rig, 1), whole.substr(0, end));
  const auto what = "copy of session " + short_name(rig, 1);
  auto daemon = rig.working();
  CHECK(cause_of(*daemon, what).contains("events are lost"));  // nobody opened the session yet
  const auto captured = rig.ask(*daemon, {.verb = ControlVerb::kRecordCapture,
                                          .session = rig.session_id(1),
                                          .destination = rig.home / "proj/all.md"});
  CHECK(captured.value("warning", "").contains("events are lost"));
  rig.work(*daemon);
  CHECK(rig.read("proj/all.md").contains("said before"));
  const auto cause = cause_of(*daemon, what);
  INFO(cause);
  CHECK(cause.contains("events are lost"));
  CHECK(cause.contains("kato reprocess " + short_name(rig, 1)));
  CHECK(rig.read("state/runtime/logs/operational.jsonl").contains("events are lost"));
  for (const auto& recording : daemon->status(false).recordings) {
    CHECK(recording.lag == 0);
  }
  REQUIRE(daemon->finish());
  daemon.reset();
  daemon = rig.working();
  CHECK(cause_of(*daemon, what) == cause);
  CHECK(rig.read("proj/one.md") == notes);

  rig.home.write(".claude/projects/-proj/" + fs::path(rig.log(1)).filename().string(), log);
  rig.work(*daemon);
  static_cast<void>(
      rig.ask(*daemon, {.verb = ControlVerb::kReprocess, .session = rig.session_id(1)}));
  rig.work(*daemon);
  CHECK(daemon->status(false).degraded.empty());
  CHECK(count_of(rig.read(twin(rig, 1)), "\n") >= count_of(whole, "\n"));
  CHECK(rig.read("proj/one.md") == notes);
  rig.say(1, "said after");
  rig.work(*daemon);
  CHECK(count_of(rig.read("proj/one.md"), "said after") == 1);
  CHECK(count_of(rig.read("proj/one.md"), "::start") == 1);
}
