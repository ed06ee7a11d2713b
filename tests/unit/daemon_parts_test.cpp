// What takes long is done in parts, and what comes live in other sessions comes between them.
#include "tests/support/catch.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::DaemonRig;

namespace {

constexpr int kLong = 1;
constexpr int kOther = 2;

std::string capture_into(const DaemonRig& rig, const std::string& name) {
  return "::capture " + (rig.home / ("proj/" + name));
}

// A session of many lines that is about to be captured, and another one that is recorded.
std::unique_ptr<Daemon> long_and_other(DaemonRig& rig) {
  rig.part_bytes = 1;
  for (int i = 0; i < 30; ++i) {
    rig.say(kLong, "long " + std::to_string(i));
  }
  rig.say(kOther, "hello");
  auto daemon = rig.working();
  static_cast<void>(rig.ask(*daemon, {.verb = ControlVerb::kRecordStart,
                                      .session = rig.session_id(kOther),
                                      .destination = rig.home / "proj/other.md"}));
  return daemon;
}

}  // namespace

TEST_CASE("P9: what comes live does not wait until another session's long recording is written",
          "[daemon][P9]") {
  DaemonRig rig;
  const auto daemon = long_and_other(rig);
  rig.say(kLong, capture_into(rig, "long.md"));
  daemon->work([&] { return rig.read("proj/long.md").contains("long 3"); });
  REQUIRE_FALSE(rig.read("proj/long.md").contains("long 29"));
  rig.say(kOther, "in between");
  daemon->work([&] { return rig.read("proj/other.md").contains("in between"); });
  CHECK_FALSE(rig.read("proj/long.md").contains("long 29"));
  rig.work(*daemon);
  const auto whole = rig.read("proj/long.md");
  CHECK(whole.contains("long 0\n"));
  CHECK(whole.contains("long 29\n"));
  CHECK(whole.find("long 29\n") == whole.rfind("long 29\n"));
}

TEST_CASE("P2: a long recording that a kill interrupts goes on behind what was written",
          "[daemon][P2]") {
  DaemonRig rig;
  auto daemon = long_and_other(rig);
  rig.say(kLong, capture_into(rig, "long.md"));
  daemon->work([&] { return rig.read("proj/long.md").contains("long 20"); });
  daemon.reset();
  daemon = rig.working();
  const auto whole = rig.read("proj/long.md");
  for (int i = 0; i < 30; ++i) {
    const auto line = "long " + std::to_string(i) + "\n";
    INFO(line);
    CHECK(whole.find(line) != std::string::npos);
    CHECK(whole.find(line) == whole.rfind(line));
  }
}
