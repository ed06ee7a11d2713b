// What becomes of the daemon when its config is read again.
#include <cerrno>
#include <chrono>

#include "tests/support/catch.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::DaemonRig;
using kato::test::FileOperation;
using kato::test::is_degraded;

TEST_CASE("a new config is taken up between two steps, and what is live stays live",
          "[control][reload]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  rig.home.write("state/kato.yaml", "schemaVersion: 1\nglobalAutoGenerateSnapshots: true\n");
  rig.say(1, "before the reload");
  rig.say(2, "a new log");
  REQUIRE(daemon->handle({.verb = ControlVerb::kReload}));
  rig.work(*daemon);
  REQUIRE(rig.meta(1).twin.exists);
  const auto twin = rig.read("state/sessions/" + rig.key(1) + ".twin.jsonl");
  INFO(twin);
  CHECK(twin.find("capturedAt") != std::string::npos);
  CHECK(rig.read("state/sessions/" + rig.key(2) + ".twin.jsonl").contains("capturedAt"));
}

TEST_CASE("P2: a commit that the disk refuses while the config is read again is made later",
          "[control][reload][P2]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  rig.say(2, "::export talk.md");
  daemon->work([] { return false; });
  REQUIRE(rig.read("proj/talk.md").contains("::export"));
  rig.files.fault = [](FileOperation operation, const std::string& path) {
    const bool is_new_meta = path.ends_with(".meta.json.kato-new");
    return operation == FileOperation::kSync && is_new_meta ? EIO : 0;
  };
  REQUIRE(daemon->handle({.verb = ControlVerb::kReload}));
  rig.files.fault = {};
  rig.work(*daemon);
  CHECK(rig.meta(2).pending_exports.empty());
  CHECK_FALSE(
      std::filesystem::exists(rig.home / ("state/sessions/" + rig.key(2) + ".meta.json.kato-new")));
}

TEST_CASE("P7: a config that is not valid changes nothing", "[control][reload][P7]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  rig.home.write("state/kato.yaml", "schemaVersion: 1\ndurabilty: none\n");
  const auto reloaded = daemon->handle({.verb = ControlVerb::kReload});
  REQUIRE_FALSE(reloaded);
  CHECK(reloaded.error().message().contains("kato.yaml:2:1"));
  CHECK(reloaded.error().message().contains("the last one holds on"));
  CHECK(rig.read("state/runtime/logs/operational.jsonl").contains("kato.yaml:2:1"));
  rig.home.write("state/kato.yaml", "schemaVersion: 1\ndurability: none\n");
  REQUIRE(daemon->handle({.verb = ControlVerb::kReload}));
  CHECK(rig.read("state/runtime/logs/operational.jsonl")
            .contains(rig.home / "state/kato.yaml was read again and holds now"));
  rig.say(1, "::start notes.md");
  rig.work(*daemon);
  CHECK(rig.read("proj/notes.md").contains("::start"));
}
