// Recordings of conversations whose logs the config does not hold any more.
#include <filesystem>

#include "tests/support/catch.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::cause_of;
using kato::test::DaemonRig;

namespace {

constexpr auto kNoProvider = "providers: []\n";

std::string rooted_at(const std::string& path) {
  return "providers:\n  - plugin: claude\n    roots:\n      - path: " + path + "\n";
}

// Session 1 is recorded into proj/a.md.
std::unique_ptr<Daemon> recording(DaemonRig& rig) {
  rig.say(1, "one\n::start a.md");
  auto daemon = rig.working();
  rig.say(1, "two");
  rig.work(*daemon);
  REQUIRE(rig.read("proj/a.md").contains("two"));
  return daemon;
}

void reload(DaemonRig& rig, Daemon& daemon, const std::string& config) {
  rig.configure(config);
  REQUIRE(daemon.handle({.verb = ControlVerb::kReload}));
  rig.work(daemon);
}

std::string what_is_wrong(const DaemonRig& rig, Daemon& daemon) {
  return cause_of(daemon, "recordings of session " + rig.session_id(1).substr(0, 8));
}

}  // namespace

TEST_CASE("P2: that a recording gets nothing for its root left the config is told",
          "[unheld][P2]") {
  DaemonRig rig;
  auto daemon = recording(rig);
  CHECK(what_is_wrong(rig, *daemon).empty());
  const bool is_provider = GENERATE(true, false);
  const std::string config = is_provider ? kNoProvider : rooted_at(rig.home / "none");
  reload(rig, *daemon, config);
  rig.say(1, "three");
  rig.work(*daemon);
  if (GENERATE(true, false)) {
    REQUIRE(daemon->finish());
    daemon.reset();
    daemon = rig.working();
  }
  const auto cause = what_is_wrong(rig, *daemon);
  INFO(cause);
  CHECK(cause.contains(is_provider ? "provider 'claude' is not in the config" : rig.log(1)));
  CHECK(cause.contains("kato.yaml") == is_provider);
  CHECK(cause.contains("kato record stop " + rig.session_id(1).substr(0, 8)));
  CHECK(rig.read("state/runtime/logs/operational.jsonl").contains("recordings of session"));

  reload(rig, *daemon, rooted_at(rig.home / ".claude/projects"));
  CHECK(what_is_wrong(rig, *daemon).empty());
  CHECK(rig.read("proj/a.md").contains("three"));
}

TEST_CASE("P1: a recording is ended though nobody can read its log any more", "[unheld][P1]") {
  DaemonRig rig;
  auto daemon = recording(rig);
  const bool is_provider = GENERATE(true, false);
  const bool runs = GENERATE(true, false);
  reload(rig, *daemon, is_provider ? kNoProvider : rooted_at(rig.home / "none"));
  rig.say(1, "three");
  rig.work(*daemon);
  if (!runs) {
    REQUIRE(daemon->finish());
    daemon.reset();
    auto alone = rig.make(DaemonPurpose::kOneRequest);
    REQUIRE(alone);
    daemon = std::move(*alone);
  }
  if (is_provider) {
    const auto started =
        daemon->handle({.verb = ControlVerb::kRecordStart, .session = rig.session_id(1)});
    REQUIRE_FALSE(started);
    INFO(started.error().message());
    CHECK(started.error().code() == ErrorCode::kRefused);
    CHECK(started.error().message().contains("not in the config"));
  }
  ControlRequest stop{.verb = ControlVerb::kRecordStop, .session = rig.session_id(1)};
  stop.destination = rig.home / "proj/b.md";
  const auto missed = daemon->handle(stop);
  REQUIRE_FALSE(missed);
  CHECK(missed.error().code() == ErrorCode::kInvalid);
  const bool by_path = is_provider && GENERATE(false, true);
  stop.destination = by_path ? rig.home / "proj/a.md" : std::string();
  const auto answer = rig.ask(*daemon, stop);
  CHECK(answer["recordings"][0]["state"] == "off");
  if (is_provider || runs) CHECK(answer.contains("unread"));
  CHECK(what_is_wrong(rig, *daemon).empty());
  REQUIRE(daemon->finish());
  daemon.reset();

  // What was not read when it ended does not belong to it.
  rig.configure("");
  rig.say(1, "four");
  daemon = rig.working();
  CHECK(rig.meta(1).recordings[0].desired == DesiredState::kOff);
  CHECK(rig.meta(1).sources[0].cursor.value == std::filesystem::file_size(rig.log(1)));
  CHECK(rig.read("proj/a.md").contains("two"));
  CHECK_FALSE(rig.read("proj/a.md").contains("three"));
}
