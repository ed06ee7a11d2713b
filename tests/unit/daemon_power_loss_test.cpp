// What the disk did not hold yet when the power failed: the promises P2 and P6.
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/text.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::count_of;
using kato::test::DaemonRig;
using kato::test::FileOperation;

namespace {

// The process ends as it is; the machine begins anew.
// One session that is recorded into proj/talk.md; what comes next cannot be synced there.
struct UnsyncedRig : DaemonRig {
  std::unique_ptr<Daemon> daemon;
  std::string committed;

  UnsyncedRig() {
    say(1, "hello");
    daemon = working();
    say(1, "::start talk.md");
    work(*daemon);
    committed = read("proj/talk.md");
    REQUIRE(committed.contains("::start talk.md"));
    refuse();
    say(1, "what was said then");
    work(*daemon);
    REQUIRE(read("proj/talk.md").contains("what was said then"));
  }

  void refuse() {
    files.fault = [](FileOperation operation, const std::string& path) {
      const bool syncs =
          operation == FileOperation::kSync || operation == FileOperation::kSyncAgain;
      return syncs && path.ends_with("talk.md") ? EIO : 0;
    };
  }
  void let_pass() {
    clock.advance(std::chrono::minutes(1));
    work(*daemon);
  }
};

}  // namespace

TEST_CASE("P2: what a destination lost that could not be synced is written again", "[daemon][P2]") {
  UnsyncedRig rig;
  rig.lose_power(rig.daemon);
  rig.home.write("proj/talk.md", rig.committed);
  rig.daemon = rig.working();
  CHECK(count_of(rig.read("proj/talk.md"), "what was said then") == 1);
}

TEST_CASE("P2: what stands in a destination that could not be synced is not written again",
          "[daemon][P2]") {
  UnsyncedRig rig;
  const auto whole = rig.read("proj/talk.md");
  const bool with_power = GENERATE(false, true);
  if (with_power) {
    rig.lose_power(rig.daemon);
  } else {
    rig.daemon.reset();
  }
  rig.files.fault = {};
  rig.daemon = rig.working();
  CHECK(rig.read("proj/talk.md") == whole);
}

namespace {

// What an export holds whose file could not be synced; it is pending.
std::string export_unsynced(DaemonRig& rig, Daemon& daemon) {
  rig.files.fault = [](FileOperation operation, const std::string& path) {
    const bool syncs = operation == FileOperation::kSync || operation == FileOperation::kSyncAgain;
    return syncs && path.ends_with("talk.md") ? EIO : 0;
  };
  rig.say(1, "the last word\n::export talk.md");
  rig.work(daemon);
  auto whole = rig.read("proj/talk.md");
  REQUIRE(whole.contains("the last word"));
  return whole;
}

}  // namespace

TEST_CASE("P2: an export of a private session that could not be synced is whole after a power loss",
          "[daemon][P2]") {
  DaemonRig rig;
  rig.say(1, "said before\n::private");
  auto daemon = rig.working();
  const auto whole = export_unsynced(rig, *daemon);
  const auto kept = GENERATE_COPY(size_t{0}, whole.size() / 2, whole.size());
  rig.lose_power(daemon);
  rig.home.write("proj/talk.md", whole.substr(0, kept));
  daemon = rig.working();
  CHECK(rig.read("proj/talk.md") == whole);
  CHECK(rig.meta(1).is_private);
  CHECK(rig.meta(1).pending_exports.empty());
}

TEST_CASE(
    "P1: an export that stands whole in its file is not written again from a log that was cut",
    "[daemon][P1]") {
  DaemonRig rig;
  rig.home.write("proj/talk.md", GENERATE(as<std::string>(), "", "a note of mine"));
  rig.say(1, "said before");
  auto daemon = rig.working();
  const auto whole = export_unsynced(rig, *daemon);
  rig.lose_power(daemon);
  std::ifstream log(rig.log(1));
  std::string first;
  std::getline(log, first);
  const std::string rest(std::istreambuf_iterator<char>(log), {});
  std::ofstream(rig.log(1), std::ios::binary | std::ios::trunc) << rest;
  daemon = rig.working();
  CHECK(rig.read("proj/talk.md") == whole);
  CHECK(rig.meta(1).pending_exports.empty());
}

TEST_CASE("P2: a destination that can be synced again is recorded as it is", "[daemon][P2]") {
  UnsyncedRig rig;
  CHECK(rig.meta(1).recordings[0].unsure);
  rig.say(1, "and then");
  rig.work(*rig.daemon);
  CHECK(rig.read("proj/talk.md").contains("and then"));  // a disk that fails holds nothing back
  CHECK(rig.meta(1).recordings[0].unsure);
  rig.files.fault = {};
  rig.let_pass();
  CHECK_FALSE(rig.meta(1).recordings[0].unsure);
  CHECK(lag_of(rig.meta(1).recordings[0], rig.meta(1)) == 0);
}

TEST_CASE(
    "P2: what was not committed before a kill is written out again, since its sync may have failed",
    "[daemon][P2]") {
  DaemonRig rig;
  auto daemon = rig.working();
  rig.say(1, "::start talk.md");
  rig.work(*daemon);
  rig.files.fault = [](FileOperation operation, const std::string&) {
    const bool syncs = operation == FileOperation::kSync || operation == FileOperation::kSyncAgain;
    return syncs ? EIO : 0;
  };
  rig.say(1, "what was said then");
  rig.work(*daemon);
  REQUIRE(rig.read("proj/talk.md").contains("what was said then"));
  const bool is_killed = GENERATE(true, false);
  if (is_killed) {
    daemon.reset();
  } else {
    REQUIRE(daemon->handle({.verb = ControlVerb::kReload}));
  }
  bool is_written_out = false;
  rig.files.fault = [&](FileOperation operation, const std::string& path) {
    const bool writes_out = operation == FileOperation::kSyncAgain && path.ends_with("talk.md");
    is_written_out = is_written_out || writes_out;
    return 0;
  };
  if (is_killed) daemon = rig.working();
  rig.work(*daemon);
  CHECK(is_written_out);
}

TEST_CASE("P2: what no commit speaks of after a power loss is looked at though the log is gone",
          "[daemon][P2]") {
  DaemonRig rig;
  rig.configure("cleanSessionStatesOnShutdown: true\n");
  auto daemon = rig.working();
  rig.say(1, "::start talk.md");
  rig.work(*daemon);
  const auto meta = "state/sessions/" + rig.key(1) + ".meta.json";
  const auto committed = rig.read(meta);
  const auto marks = rig.read("state/runtime/owing.log");
  rig.say(1, "what was said then");
  rig.work(*daemon);
  const auto whole = rig.read("proj/talk.md");
  REQUIRE(whole.contains("what was said then"));
  rig.lose_power(daemon);
  rig.home.write(meta, committed);
  rig.home.write("state/runtime/owing.log", marks);
  std::filesystem::remove(rig.home / ("state/sessions/" + rig.key(1) + ".writes"));
  std::filesystem::rename(rig.log(1), rig.home / "away");
  daemon = rig.working();
  REQUIRE(daemon->finish());
  daemon.reset();
  std::filesystem::rename(rig.home / "away", rig.log(1));
  daemon = rig.working();
  CHECK(rig.read("proj/talk.md") == whole);
}

TEST_CASE(
    "P2: what is on a disk that comes back in a later run than the power is not written again",
    "[daemon][P2]") {
  DaemonRig rig;
  auto daemon = rig.working();
  rig.say(1, "::start " + rig.home / "proj/disk/talk.md");
  rig.work(*daemon);
  const auto meta = "state/sessions/" + rig.key(1) + ".meta.json";
  const auto twin = "state/sessions/" + rig.key(1) + ".twin.jsonl";
  const auto committed = std::pair(rig.read(meta), rig.read(twin));
  const auto marks = rig.read("state/runtime/owing.log");
  rig.say(1, "what was said then");
  rig.work(*daemon);
  const auto whole = rig.read("proj/disk/talk.md");
  REQUIRE(whole.contains("what was said then"));
  rig.lose_power(daemon);
  rig.home.write(meta, committed.first);
  rig.home.write(twin, committed.second);
  rig.home.write("state/runtime/owing.log", marks);
  std::filesystem::remove(rig.home / ("state/sessions/" + rig.key(1) + ".writes"));
  std::filesystem::rename(rig.home / "proj/disk", rig.home / "away");
  const bool has_log = GENERATE(true, false);
  if (!has_log) std::filesystem::rename(rig.log(1), rig.home / "log");
  daemon = rig.working();
  REQUIRE(daemon->finish());
  daemon.reset();
  std::filesystem::rename(rig.home / "away", rig.home / "proj/disk");
  if (!has_log) std::filesystem::rename(rig.home / "log", rig.log(1));
  daemon = rig.working();
  CHECK(rig.read("proj/disk/talk.md") == whole);
}

TEST_CASE("P2: a kill after a run that got through with a power loss is a kill and nothing more",
          "[daemon][P2]") {
  DaemonRig rig;
  auto daemon = rig.working();
  rig.say(1, "::start talk.md");
  rig.work(*daemon);
  rig.lose_power(daemon);
  daemon = rig.working();
  for (const std::string_view text : {"first after it", "second after it"}) {
    rig.say(1, text);
    daemon->work([] { return false; });  // written, and not committed
  }
  auto talk = rig.read("proj/talk.md");
  REQUIRE(talk.contains("second after it"));
  daemon.reset();
  talk.erase(talk.find("first after it"), std::string_view("first after it").size());
  rig.home.write("proj/talk.md", talk);
  daemon = rig.working();
  CHECK(rig.read("proj/talk.md") == talk);
}

TEST_CASE("P2: a journal from before a power loss is believed in no later run either",
          "[daemon][P2]") {
  DaemonRig rig;
  auto daemon = rig.working();
  rig.say(1, "::start talk.md");
  rig.work(*daemon);
  const auto committed = rig.read("proj/talk.md");
  const auto marks = rig.read("state/runtime/owing.log");
  const auto twin = rig.read("state/sessions/" + rig.key(1) + ".twin.jsonl");
  for (const std::string_view text : {"what was said then", "and behind it"}) {
    rig.say(1, text);
    daemon->work([] { return false; });  // written, and not committed
  }
  REQUIRE(rig.read("proj/talk.md").contains("and behind it"));
  rig.lose_power(daemon);
  rig.home.write("proj/talk.md", committed);
  rig.home.write("state/runtime/owing.log", marks);
  rig.home.write("state/sessions/" + rig.key(1) + ".twin.jsonl", twin);
  std::filesystem::rename(rig.log(1), rig.home / "away");
  daemon = rig.working();
  daemon.reset();
  std::filesystem::rename(rig.home / "away", rig.log(1));
  daemon = rig.working();
  const auto talk = rig.read("proj/talk.md");
  CHECK(talk.contains("what was said then"));
  CHECK(talk.contains("and behind it"));
}

TEST_CASE("P6: a session whose way to being private the power cut short is private all the same",
          "[daemon][P6]") {
  // The commits behind the command: that it is private, that there is no copy, the last one.
  const int kept_commits = GENERATE(0, 1, 2);
  DaemonRig rig;
  rig.configure("globalAutoGenerateSnapshots: true\n");
  auto daemon = rig.working();
  rig.say(1, "a secret");
  rig.work(*daemon);
  rig.say(1, "::start talk.md");
  rig.work(*daemon);
  const auto marks = rig.read("state/runtime/owing.log");
  int commits = 0;
  bool is_dead = false;
  rig.files.fault = [&](FileOperation operation, const std::string& path) {
    const bool is_commit = operation == FileOperation::kRename && path.ends_with(".meta.json");
    is_dead = is_dead || (is_commit && ++commits > kept_commits);
    return is_dead ? EIO : 0;
  };
  rig.say(1, "::private");
  rig.work(*daemon);
  REQUIRE(is_dead);
  rig.lose_power(daemon);
  rig.home.write("state/runtime/owing.log", marks);  // the mark had not reached the disk
  daemon = rig.working();
  CHECK(rig.meta(1).is_private);
  CHECK(rig.meta(1).identity.title.empty());
  CHECK_FALSE(rig.read("state/sessions/" + rig.key(1) + ".meta.json").contains("secret"));
  CHECK_FALSE(std::filesystem::exists(rig.home / ("state/sessions/" + rig.key(1) + ".twin.jsonl")));
}

TEST_CASE("P2: what a killed run committed last is on the disk before anything builds upon it",
          "[daemon][P2]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const bool was_killed = GENERATE(false, true);
  {
    const auto daemon = rig.working();
    if (!was_killed) REQUIRE(daemon->finish());
  }
  bool is_synced = false;
  rig.files.fault = [&](kato::test::FileOperation operation, const std::string& path) {
    const bool syncs = operation == kato::test::FileOperation::kSyncFolder;
    is_synced = is_synced || (syncs && path == rig.home / "state/sessions");
    return 0;
  };
  REQUIRE(rig.make());
  CHECK(is_synced == was_killed);
}

TEST_CASE("P5: no other session gets a destination whose session's meta is damaged",
          "[daemon][P5]") {
  DaemonRig rig;
  rig.say(1, "::start notes.md");
  rig.say(2, "hello");
  auto daemon = rig.working();
  REQUIRE(daemon->finish());
  const bool with_power = GENERATE(false, true);
  if (with_power) rig.lose_power(daemon);
  daemon.reset();
  const auto meta = "state/sessions/" + rig.key(1) + ".meta.json";
  rig.home.write(meta, "{\"schemaVersion\":1,");
  if (!with_power) rig.home.write("state/runtime/owing.log", "damaged too");
  rig.say(1, "more");
  rig.say(2, "not for the notes\n::start notes.md");
  daemon = rig.working();
  CHECK_FALSE(rig.read("proj/notes.md").contains("not for the notes"));
  CHECK(kato::test::is_degraded(daemon->status(false), rig.session_id(1).substr(0, 8)));
}
