// Sessions whose meta is gone after a kill: they command nothing twice, and what is not known of
// them is told.
#include <chrono>
#include <filesystem>

#include "tests/support/catch.h"
#include "tests/support/text.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::cause_of;
using kato::test::count_of;
using kato::test::DaemonRig;

namespace {

constexpr std::string_view kLost = "lost state";

std::string meta_file(const DaemonRig& rig) {
  return rig.home / ("state/sessions/" + rig.key(1) + ".meta.json");
}

// A run that was killed, and so is said what came since it began.
void run_and_kill(DaemonRig& rig, std::string_view command) {
  {
    const auto daemon = rig.working();
    rig.say(1, "said before");
    rig.say(1, command);
    rig.work(*daemon);
    rig.say(1, "said after");
    rig.work(*daemon);
  }
  rig.clock.advance(std::chrono::seconds(10));
}

}  // namespace

TEST_CASE("P2: a session whose meta is gone after a kill commands nothing again",
          "[lost-meta][P2]") {
  const auto* const index = GENERATE("as it was", "saved", "gone");
  DaemonRig rig;
  run_and_kill(rig, "::export x.jsonl");
  REQUIRE(count_of(rig.read("proj/x.jsonl"), "said before") == 1);
  if (index == std::string_view("saved")) {
    REQUIRE((*rig.make(DaemonPurpose::kOneRequest))->finish());
  }
  if (index == std::string_view("gone")) {
    std::filesystem::remove(rig.home / "state/daemon-control.json");
  }
  std::filesystem::remove(meta_file(rig));
  SECTION("at once") {}
  SECTION("after a request without a daemon") {
    REQUIRE((*rig.make(DaemonPurpose::kOneRequest))->finish());
  }
  SECTION("after another kill") {
    REQUIRE(rig.make());
  }
  rig.say(2, "::start while-down.md");
  const auto daemon = rig.working();
  CHECK(count_of(rig.read("proj/x.jsonl"), "said before") == 1);
  CHECK(rig.read("proj/while-down.md").contains("::start"));
  rig.clock.advance(std::chrono::seconds(10));
  rig.say(1, "::start now.md");
  rig.work(*daemon);
  CHECK(rig.read("proj/now.md").contains("::start"));
}

TEST_CASE("P2: nor does one whose damaged meta was moved away as advised", "[lost-meta][P2]") {
  DaemonRig rig;
  run_and_kill(rig, "::export x.jsonl");
  std::filesystem::resize_file(meta_file(rig), 100);
  {
    const auto daemon = rig.working();
    CHECK(cause_of(*daemon, "session").contains("Move it away"));
  }
  std::filesystem::rename(meta_file(rig), rig.home / "meta");
  const auto daemon = rig.working();
  CHECK(count_of(rig.read("proj/x.jsonl"), "said before") == 1);
}

TEST_CASE("P7: that it is not known what a lost meta recorded is told until Kato starts again",
          "[lost-meta][P7]") {
  DaemonRig rig;
  run_and_kill(rig, "::start a.md");
  std::filesystem::remove(meta_file(rig));
  if (GENERATE(false, true)) std::filesystem::remove(rig.log(1));
  {
    const auto daemon = rig.working();
    const auto cause = cause_of(*daemon, kLost);
    CHECK(cause.contains(meta_file(rig) + " is gone"));
    CHECK(cause.contains("kato record start"));
    REQUIRE(daemon->finish());
  }
  CHECK(cause_of(*rig.working(), kLost).empty());
}

TEST_CASE("a kill before the first commit of a session is no loss, and its command is obeyed",
          "[lost-meta]") {
  DaemonRig rig;
  {
    const auto daemon = rig.working();
    rig.say(1, "said before");
    daemon->work([] { return false; });
    REQUIRE_FALSE(std::filesystem::exists(meta_file(rig)));
    rig.say(1, "::start a.md");
  }
  const auto daemon = rig.working();
  CHECK(cause_of(*daemon, kLost).empty());
  CHECK(count_of(rig.read("proj/a.md"), "::start") == 1);
}

TEST_CASE("a session that was cleaned after a kill is no loss", "[lost-meta]") {
  DaemonRig rig;
  run_and_kill(rig, "hello");
  {
    const auto alone = rig.make(DaemonPurpose::kOneRequest);
    REQUIRE(alone);
    REQUIRE((*alone)->clean({.sessions_days = 0, .recordings_days = std::nullopt})->size() == 1);
    if (GENERATE(false, true)) REQUIRE((*alone)->finish());
  }
  REQUIRE_FALSE(std::filesystem::exists(meta_file(rig)));
  CHECK(cause_of(*rig.working(), kLost).empty());
}
