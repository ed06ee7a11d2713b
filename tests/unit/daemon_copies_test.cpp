// Which conversations the daemon keeps a copy of, and until when: the promise P6.
#include <cerrno>
#include <filesystem>

#include "tests/support/catch.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::DaemonRig;
using kato::test::FileOperation;
using kato::test::is_degraded;

namespace {

// The file of a first meta that a killed run could not put in its place; the log is gone.
std::string leave_half_meta(DaemonRig& rig) {
  auto daemon = rig.working();
  rig.say(1, "hello");
  rig.files.fault = [](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kRename && path.ends_with(".meta.json") ? EIO : 0;
  };
  rig.work(*daemon);
  auto half = rig.home / ("state/sessions/" + rig.key(1) + ".meta.json.kato-new");
  REQUIRE(std::filesystem::exists(half));
  daemon.reset();
  rig.files.fault = {};
  std::filesystem::remove(rig.log(1));
  return half;
}

}  // namespace

TEST_CASE("P6: a copy that was begun before the first commit goes if its log is gone",
          "[daemon][P6]") {
  DaemonRig rig;
  rig.configure("globalAutoGenerateSnapshots: true\n");
  auto daemon = rig.working();
  rig.say(1, "hello");
  daemon->work([] { return false; });
  const auto copy = rig.home / ("state/sessions/" + rig.key(1) + ".twin.jsonl.g1");
  REQUIRE(std::filesystem::exists(copy));
  daemon.reset();
  std::filesystem::remove(rig.log(1));
  daemon = rig.working();
  CHECK_FALSE(std::filesystem::exists(copy));
}

TEST_CASE("P6: so does a first meta that could not be put in its place", "[daemon][P6]") {
  DaemonRig rig;
  const auto half = leave_half_meta(rig);
  const auto daemon = rig.working();
  CHECK_FALSE(std::filesystem::exists(half));
}

TEST_CASE("P6: what was begun goes though the disk fails when it is first looked for",
          "[daemon][P6]") {
  const auto failing = GENERATE(FileOperation::kInfo, FileOperation::kRemove);
  DaemonRig rig;
  const auto half = leave_half_meta(rig);
  rig.files.fault = [failing](FileOperation operation, const std::string& path) {
    return operation == failing && path.contains("/state/sessions/") ? EIO : 0;
  };
  const auto daemon = rig.working();
  CHECK(std::filesystem::exists(half));
  rig.files.fault = {};
  rig.clock.advance(std::chrono::minutes(1));
  rig.work(*daemon);
  CHECK_FALSE(std::filesystem::exists(half));
  rig.clock.advance(std::chrono::minutes(1));
  rig.work(*daemon);
  CHECK_FALSE(daemon->due());
}

TEST_CASE("P10: a copy that a disk keeps from its place for a moment takes it all the same",
          "[daemon][P10]") {
  DaemonRig rig;
  rig.configure("globalAutoGenerateSnapshots: true\n");
  const bool is_killed = GENERATE(false, true);
  auto daemon = rig.working();
  rig.say(1, "hello");
  rig.files.fault = [](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kRename && path.ends_with(".twin.jsonl") ? EIO : 0;
  };
  rig.work(*daemon);
  const auto copy = rig.home / ("state/sessions/" + rig.key(1) + ".twin.jsonl");
  REQUIRE(rig.meta(1).twin.exists);
  REQUIRE_FALSE(std::filesystem::exists(copy));
  CHECK(is_degraded(daemon->status(false), rig.session_id(1).substr(0, 8)));
  if (is_killed) daemon.reset();
  rig.files.fault = {};
  if (is_killed) daemon = rig.working();
  rig.clock.advance(std::chrono::minutes(1));
  rig.work(*daemon);
  CHECK(std::filesystem::exists(copy));
  CHECK(daemon->status(false).degraded.empty());
}

TEST_CASE("P10: so does one that was asked for", "[daemon][P10]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  const auto copy = rig.home / ("state/sessions/" + rig.key(1) + ".twin.jsonl");
  rig.files.fault = [&copy](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kRename && path == copy ? EROFS : 0;
  };
  CHECK_FALSE(daemon->handle({.verb = ControlVerb::kSnapshotCreate, .session = rig.session_id(1)}));
  rig.files.fault = {};
  rig.clock.advance(std::chrono::minutes{1});
  rig.work(*daemon);
  CHECK(std::filesystem::exists(copy));
  CHECK_FALSE(std::filesystem::exists(copy + ".g1"));
}

TEST_CASE("P6: only what is modified while the daemon watches gets a copy by itself",
          "[daemon][P6]") {
  DaemonRig rig;
  rig.configure("globalAutoGenerateSnapshots: true\n");
  rig.say(1, "hello");
  rig.say(2, "hello");
  const auto daemon = rig.working();
  rig.say(2, "more");
  rig.work(*daemon);
  CHECK_FALSE(rig.meta(1).twin.exists);
  CHECK(rig.meta(2).twin.exists);
}

TEST_CASE("P6: the root's word goes before the provider's, and that before the global one",
          "[daemon][P6]") {
  DaemonRig rig;
  const auto root = rig.home / ".claude/projects";
  rig.configure(
      fmt::format("globalAutoGenerateSnapshots: true\nproviders:\n  - plugin: claude\n"
                  "    autoGenerateSnapshots: false\n    roots:\n      - path: {}\n",
                  root));
  rig.say(1, "hello");
  {
    const auto daemon = rig.working();
    rig.say(1, "more");
    rig.work(*daemon);
    CHECK_FALSE(rig.meta(1).twin.exists);
    REQUIRE(daemon->finish());
  }
  rig.configure(
      fmt::format("providers:\n  - plugin: claude\n    roots:\n      - path: {}\n"
                  "        autoGenerateSnapshots: true\n",
                  root));
  const auto daemon = rig.working();
  rig.say(1, "still more");
  rig.work(*daemon);
  CHECK(rig.meta(1).twin.exists);
}

TEST_CASE("P6: copies are removed at the end if the config says so, and not at the start",
          "[daemon][P6]") {
  DaemonRig rig;
  rig.configure("globalAutoGenerateSnapshots: true\ncleanSessionStatesOnShutdown: true\n");
  rig.say(1, "hello");
  {
    const auto daemon = rig.working();
    rig.say(1, "more");
    rig.work(*daemon);
    REQUIRE(rig.meta(1).twin.exists);
  }  // killed: nothing is removed
  {
    const auto daemon = rig.working();
    CHECK(rig.meta(1).twin.exists);
    REQUIRE(daemon->finish());
  }
  CHECK_FALSE(rig.meta(1).twin.exists);
  CHECK(rig.read("state/sessions/" + rig.key(1) + ".twin.jsonl").empty());
  CHECK(rig.meta(1).identity.title.empty());
}

TEST_CASE("a copy that a recording still needs outlives the end", "[daemon][P6]") {
  DaemonRig rig;
  rig.configure("cleanSessionStatesOnShutdown: true\n");
  rig.say(1, "hello");
  const auto daemon = rig.working();
  rig.say(1, "::start notes.md");
  rig.work(*daemon);
  rig.files.fault = [](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kAppend && path.ends_with("notes.md") ? ENOSPC : 0;
  };
  rig.say(1, "not yet written");
  rig.work(*daemon);
  rig.clock.advance(std::chrono::seconds(30));
  rig.work(*daemon);
  CHECK(is_degraded(daemon->status(true), "notes.md"));
  REQUIRE(daemon->finish());
  CHECK(rig.meta(1).twin.exists);
}

TEST_CASE("P6: what a power loss left of copies is settled, whether or not anything happens again",
          "[daemon][P6]") {
  namespace fs = std::filesystem;
  DaemonRig rig;
  const auto twin = [&](int number, const std::string& ending = {}) {
    return rig.home / ("state/sessions/" + rig.key(number) + ".twin.jsonl" + ending);
  };
  for (const int i : {1, 2, 4}) {
    rig.say(i, "hello");
  }
  {
    const auto daemon = rig.working();
    rig.ask(*daemon, {.verb = ControlVerb::kSnapshotCreate, .session = rig.session_id(1)});
    rig.work(*daemon);
    REQUIRE(daemon->finish());
  }
  REQUIRE(fs::exists(twin(1)));
  fs::rename(twin(1), twin(1, ".g1"));       // committed, and not in its place yet
  fs::copy(twin(1, ".g1"), twin(2, ".g1"));  // no meta speaks of it
  fs::copy(twin(1, ".g1"), twin(3, ".g1"));  // of a session that was never committed
  rig.home.write("state/sessions/" + rig.key(2) + ".meta.json.kato-new", "{");
  fs::copy(twin(1, ".g1"), twin(4));                   // its removal did not reach the disk
  fs::remove(rig.home / "state/daemon-control.json");  // as after a power loss: nothing is believed
  const auto daemon = rig.working();
  CHECK(fs::exists(twin(1)));
  CHECK_FALSE(fs::exists(twin(4)));
  std::vector<std::string> left;
  for (const auto& entry : fs::directory_iterator(rig.home / "state/sessions")) {
    const auto name = entry.path().filename().string();
    if (name.contains(".g1") || name.contains(".kato-new")) left.push_back(name);
  }
  CHECK(left.empty());
}

TEST_CASE("P6: nor does what a power loss left of copies stay if the disk fails at the start",
          "[daemon][P6]") {
  DaemonRig rig;
  rig.say(1, "hello");
  auto daemon = rig.working();
  rig.lose_power(daemon);
  const auto copy = rig.home / ("state/sessions/" + rig.key(1) + ".twin.jsonl.g1");
  rig.home.write("state/sessions/" + rig.key(1) + ".twin.jsonl.g1", "half a li");
  rig.files.fault = [](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kRemove && path.contains(".held.kato-new") ? EROFS : 0;
  };
  daemon = rig.working();
  CHECK(is_degraded(daemon->status(false), "copies of conversations"));
  rig.files.fault = {};
  rig.clock.advance(std::chrono::minutes(1));
  rig.work(*daemon);
  CHECK_FALSE(std::filesystem::exists(copy));
  CHECK(daemon->status(false).degraded.empty());
}

TEST_CASE("P4: what a late copy lacks because the log was cut then comes back with the log",
          "[daemon][P4]") {
  DaemonRig rig;
  rig.say(1, "the first word");
  const auto first =
      rig.read(".claude/projects/-proj/" + std::filesystem::path(rig.log(1)).filename().string());
  rig.say(1, "the second word");
  const auto name =
      ".claude/projects/-proj/" + std::filesystem::path(rig.log(1)).filename().string();
  const auto whole = rig.read(name);
  const auto daemon = rig.working();
  rig.home.write(name, whole.substr(first.size()));
  rig.work(*daemon);
  static_cast<void>(
      rig.ask(*daemon, {.verb = ControlVerb::kSnapshotCreate, .session = rig.session_id(1)}));
  const auto copy = "state/sessions/" + rig.key(1) + ".twin.jsonl";
  REQUIRE(rig.read(copy).contains("the second word"));
  REQUIRE_FALSE(rig.read(copy).contains("the first word"));
  rig.home.write(name, whole);
  rig.work(*daemon);
  CHECK(rig.read(copy).contains("the first word"));
  CHECK(rig.read(copy).contains("the second word"));
  CHECK(daemon->status(true).degraded.empty());
}
