// State that is damaged: what is said of it, and that what the message advises mends it.
#include <filesystem>
#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/text.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::cause_of;
using kato::test::count_of;
using kato::test::DaemonRig;
using kato::test::FileOperation;
using kato::test::is_degraded;

namespace {

std::string twin(const DaemonRig& rig) {
  return "state/sessions/" + rig.key(1) + ".twin.jsonl";
}

// A recording that has all that was said, and no daemon.
void record(DaemonRig& rig) {
  rig.say(1, "said before");
  const auto daemon = rig.working();
  rig.say(1, "::start notes.md");
  rig.work(*daemon);
  REQUIRE(daemon->finish());
}

}  // namespace

TEST_CASE("P2: after a damaged copy is removed its recording goes on by itself",
          "[damage][P2][P7]") {
  DaemonRig rig;
  record(rig);
  rig.home.write(twin(rig), std::string(rig.read(twin(rig)).size() + 10, 'x'));
  const auto daemon = rig.working();
  rig.say(1, "said while it rested");
  rig.work(*daemon);
  const auto cause = cause_of(*daemon, "session");
  INFO(cause);
  CHECK(cause.contains("is damaged"));
  CHECK(cause.contains("kato snapshot remove"));
  CHECK_FALSE(rig.read("proj/notes.md").contains("said while it rested"));
  static_cast<void>(
      rig.ask(*daemon, {.verb = ControlVerb::kSnapshotRemove, .session = rig.session_id(1)}));
  rig.work(*daemon);
  CHECK(count_of(rig.read("proj/notes.md"), "said while it rested") == 1);
  CHECK(daemon->status(false).degraded.empty());
  rig.say(1, "said after");
  rig.work(*daemon);
  CHECK(count_of(rig.read("proj/notes.md"), "said after") == 1);
  CHECK(count_of(rig.read("proj/notes.md"), "::start") == 1);
}

TEST_CASE("P2: a damaged copy that a recording waits for can be removed, and is made again",
          "[damage][P2][P7]") {
  DaemonRig rig;
  record(rig);
  const auto daemon = rig.working();
  rig.files.fault = [](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kAppend && path.ends_with("notes.md") ? ENOSPC : 0;
  };
  rig.say(1, "said when the disk was full");
  rig.work(*daemon);
  rig.files.fault = {};
  auto lines = rig.read(twin(rig));
  lines[lines.find("said when the disk was full") - 10] = '\x01';
  rig.home.write(twin(rig), lines);
  rig.say(1, "said behind it");  // what was said last is at hand without the copy
  rig.work(*daemon);
  rig.clock.advance(std::chrono::seconds(60));
  rig.work(*daemon);
  const auto cause = cause_of(*daemon, "recording");
  INFO(cause);
  CHECK(cause.contains("kato snapshot remove"));
  SECTION("with its log") {
    static_cast<void>(
        rig.ask(*daemon, {.verb = ControlVerb::kSnapshotRemove, .session = rig.session_id(1)}));
    rig.clock.advance(std::chrono::seconds(60));
    rig.work(*daemon);
    CHECK(count_of(rig.read("proj/notes.md"), "said when the disk was full") == 1);
    CHECK(count_of(rig.read("proj/notes.md"), "::start") == 1);
    CHECK(daemon->status(false).degraded.empty());
  }
  SECTION("P10: but not if its log is gone: there is nothing else of the conversation") {
    std::filesystem::remove(rig.log(1));
    rig.work(*daemon);
    const auto removed =
        daemon->handle({.verb = ControlVerb::kSnapshotRemove, .session = rig.session_id(1)});
    REQUIRE_FALSE(removed);
    CHECK(removed.error().code() == ErrorCode::kRefused);
    CHECK(rig.read(twin(rig)).starts_with(lines));
  }
}

TEST_CASE("a damaged write journal is told with the remedy, and carrying that out mends it",
          "[damage][P7]") {
  DaemonRig rig;
  record(rig);
  const auto journal = "state/sessions/" + rig.key(1) + ".writes";
  rig.home.write(journal, "this is no journal\n");
  auto daemon = rig.working();
  rig.say(1, "said while it rested");
  rig.work(*daemon);
  const auto cause = cause_of(*daemon, "session");
  INFO(cause);
  CHECK(cause.contains(journal + " is damaged"));
  CHECK(cause.contains("Move it away"));
  CHECK(cause.contains("kato restart"));
  CHECK(rig.read(journal) == "this is no journal\n");
  REQUIRE(daemon->finish());
  daemon.reset();
  std::filesystem::rename(rig.home / journal, rig.home / "journal");
  daemon = rig.working();
  CHECK(count_of(rig.read("proj/notes.md"), "said while it rested") == 1);
  CHECK(count_of(rig.read("proj/notes.md"), "::start") == 1);
}

TEST_CASE("P7: a meta that cannot be read hides no recording", "[damage][P7]") {
  DaemonRig rig;
  record(rig);
  const auto meta = "state/sessions/" + rig.key(1) + ".meta.json";
  const auto whole = rig.read(meta);
  for (const auto& damage : {whole.substr(0, 100), std::string(R"({"schemaVersion":2})")}) {
    rig.home.write(meta, damage);
    const auto daemon = rig.working();
    const auto status = daemon->status(false);
    REQUIRE(status.recordings.size() == 1);
    CHECK(status.recordings.front().destination == rig.home / "proj/notes.md");
    CHECK(status.recordings.front().is_on);
    CHECK(cause_of(*daemon, "session").contains(meta + " "));
    CHECK(daemon->finish());
  }
  rig.home.write(meta, whole);
  const auto daemon = rig.working();
  CHECK(daemon->status(false).degraded.empty());
  CHECK(daemon->status(false).recordings.size() == 1);
}

TEST_CASE("P7: what a lost meta recorded is told until Kato starts again", "[damage][P7]") {
  DaemonRig rig;
  record(rig);
  std::filesystem::remove(rig.home / ("state/sessions/" + rig.key(1) + ".meta.json"));
  const auto daemon = rig.working();
  CHECK(daemon->status(false).recordings.size() == 1);
  CHECK(cause_of(*daemon, "session").contains("is gone"));
  rig.say(1, "said after");
  rig.work(*daemon);
  const auto cause = cause_of(*daemon, "lost recording");
  CHECK(cause.contains("kato record start"));
  CHECK(cause.contains(rig.home / "proj/notes.md"));
  CHECK(rig.read("state/runtime/logs/operational.jsonl").contains("lost recording"));
}

TEST_CASE("a damaged index is made again, and the log says so", "[damage][P7]") {
  DaemonRig rig;
  record(rig);
  rig.home.write("state/daemon-control.json", R"({"schemaVersion":2,"sess)");
  const auto daemon = rig.working();
  const auto log = rig.read("state/runtime/logs/operational.jsonl");
  CHECK(log.contains("daemon-control.json was made from the metas"));
  CHECK(log.contains("is damaged"));
  CHECK(daemon->status(false).degraded.empty());
  CHECK(daemon->status(false).recordings.size() == 1);
}

TEST_CASE("P2: a damaged mark of the last run is told, and all is compared as after a power loss",
          "[damage][P2][P7]") {
  for (const auto* damage : {"", "{\"schemaVersion\":1", "{\"schemaVersion\":1}"}) {
    DaemonRig rig;
    record(rig);
    {
      auto killed = rig.working();
      rig.say(1, "said before the kill");
      rig.work(*killed);
    }
    rig.home.write("state/runtime/run.json", damage);
    rig.say(1, "said while it was down");
    const auto daemon = rig.working();
    const auto log = rig.read("state/runtime/logs/operational.jsonl");
    CHECK(log.contains("run.json is damaged"));
    const auto notes = rig.read("proj/notes.md");
    CHECK(count_of(notes, "::start") == 1);
    CHECK(count_of(notes, "said before the kill") == 1);
    CHECK(count_of(notes, "said while it was down") == 1);
    CHECK(daemon->status(false).degraded.empty());
    CHECK(daemon->finish());
    CHECK(load_run_mark(rig.files, rig.home / "state/runtime/run.json"));
  }
}
