// Logs that lie in no root, and that somebody named.
#include <filesystem>
#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/text.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::count_of;
using kato::test::DaemonRig;

namespace {

// The log of the rig's first session, out of all roots.
class Outside {
 public:
  explicit Outside(DaemonRig& rig) : rig_(rig) { rig.home.write("else/.keep", ""); }

  [[nodiscard]] std::string path() const {
    return rig_.home / ("else/" + std::filesystem::path(rig_.log(1)).filename().string());
  }
  void say(std::string_view text) {
    rig_.say(1, text);
    std::ofstream(path(), std::ios::binary | std::ios::app) << std::ifstream(rig_.log(1)).rdbuf();
    std::filesystem::remove(rig_.log(1));
  }
  [[nodiscard]] ControlRequest request(ControlVerb verb) const {
    return {.verb = verb, .source = path(), .destination = rig_.home / "proj/a.md"};
  }

 private:
  DaemonRig& rig_;
};

}  // namespace

TEST_CASE("P2: a recorded log in no root is followed, after a restart too", "[outside][P2]") {
  DaemonRig rig;
  Outside log(rig);
  log.say("one");
  {
    const auto daemon = rig.working();
    static_cast<void>(rig.ask(*daemon, log.request(ControlVerb::kRecordCapture)));
    log.say("two");
    rig.work(*daemon);
    CHECK(rig.read("proj/a.md").contains("two"));
  }
  log.say("three");
  const auto daemon = rig.working();
  CHECK(rig.read("proj/a.md").contains("three"));
  log.say("four");
  rig.work(*daemon);
  for (const auto* const word : {"one", "two", "three", "four"}) {
    CHECK(count_of(rig.read("proj/a.md"), "\n" + std::string(word) + "\n") == 1);
  }
}

TEST_CASE("P2: a log in no root that was named without a daemon is followed by the next one",
          "[outside][P2]") {
  DaemonRig rig;
  Outside log(rig);
  log.say("one");
  {
    auto alone = rig.make(DaemonPurpose::kOneRequest);
    REQUIRE(alone);
    static_cast<void>(rig.ask(**alone, log.request(ControlVerb::kRecordStart)));
    REQUIRE((*alone)->finish());
  }
  const auto daemon = rig.working();
  log.say("two");
  rig.work(*daemon);
  CHECK(rig.read("proj/a.md").contains("two"));
}

TEST_CASE("a log in no root wakes the daemon only while it is recorded", "[outside]") {
  DaemonRig rig;
  Outside log(rig);
  log.say("one");
  const auto daemon = rig.working();
  CHECK_FALSE(daemon->due());
  static_cast<void>(rig.ask(*daemon, log.request(ControlVerb::kRecordStart)));
  rig.work(*daemon);
  CHECK(daemon->due());
  log.say("bye\n::stop");
  rig.work(*daemon);
  CHECK(rig.read("proj/a.md").contains("bye"));
  log.say("unrecorded");
  rig.work(*daemon);
  CHECK_FALSE(daemon->due());
  CHECK_FALSE(rig.read("proj/a.md").contains("unrecorded"));
}

TEST_CASE("a log whose root left the config is not followed", "[outside]") {
  DaemonRig rig;
  rig.say(1, "one");
  {
    const auto daemon = rig.working();
    static_cast<void>(rig.ask(*daemon, {.verb = ControlVerb::kRecordStart,
                                        .session = rig.session_id(1),
                                        .destination = rig.home / "proj/a.md"}));
    REQUIRE(daemon->finish());
  }
  rig.home.write("state/kato.yaml",
                 "schemaVersion: 1\nproviders:\n  - plugin: claude\n    roots:\n      - path: " +
                     rig.home / "none" + "\n");
  rig.say(1, "two");
  const auto daemon = rig.working();
  CHECK_FALSE(daemon->due());
  CHECK_FALSE(rig.read("proj/a.md").contains("two"));
}
