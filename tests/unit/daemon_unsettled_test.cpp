// What a killed run wrote last is told by the copy alone: it is settled before that is removed.
#include <cerrno>
#include <filesystem>

#include "tests/support/catch.h"
#include "tests/support/text.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::count_of;
using kato::test::DaemonRig;
using kato::test::FileOperation;

namespace {

const std::string kDestination = "proj/a.jsonl";

ControlRequest removal(const DaemonRig& rig) {
  return {.verb = ControlVerb::kSnapshotRemove, .session = rig.session_id(1)};
}

std::string twin(const DaemonRig& rig) {
  return rig.home / ("state/sessions/" + rig.key(1) + ".twin.jsonl");
}

// Killed after a write that no commit speaks of.
void kill_behind_a_write(DaemonRig& rig) {
  rig.say(1, "said before");
  {
    const auto daemon = rig.working();
    rig.say(1, "::start a.jsonl");
    rig.work(*daemon);
    rig.say(1, "said last");
    daemon->work([] { return false; });
    REQUIRE(rig.read(kDestination).contains("said last"));
  }
  rig.clock.advance(std::chrono::hours(1));
}

void check_written_once(DaemonRig& rig) {
  rig.say(1, "said after");
  const auto daemon = rig.working();
  for (const auto* const said : {"said last", "said after"}) {
    CHECK(count_of(rig.read(kDestination), said) == 1);
  }
  CHECK(daemon->status(false).degraded.empty());
}

}  // namespace

TEST_CASE("P2: a copy that is removed without a daemon after a kill doubles nothing",
          "[unsettled][P2]") {
  DaemonRig rig;
  kill_behind_a_write(rig);
  const auto log_is_gone = GENERATE(false, true);
  if (log_is_gone) std::filesystem::rename(rig.log(1), rig.home / "log");
  {
    const auto alone = rig.make(DaemonPurpose::kOneRequest);
    REQUIRE(alone);
    CHECK(rig.ask(**alone, removal(rig))["removed"] == true);
    CHECK_FALSE(std::filesystem::exists(twin(rig)));
    REQUIRE((*alone)->finish());
  }
  if (log_is_gone) std::filesystem::rename(rig.home / "log", rig.log(1));
  check_written_once(rig);
}

TEST_CASE("P2: nor one that is removed before what the last run left was looked at",
          "[unsettled][P2]") {
  DaemonRig rig;
  kill_behind_a_write(rig);
  {
    const auto daemon = rig.make();
    REQUIRE(daemon);
    CHECK(rig.ask(**daemon, removal(rig))["removed"] == true);
    rig.work(**daemon);
    REQUIRE((*daemon)->finish());
  }
  check_written_once(rig);
}

TEST_CASE("P2: nor one that the config wants removed at an end before that", "[unsettled][P2]") {
  DaemonRig rig;
  kill_behind_a_write(rig);
  rig.configure("cleanSessionStatesOnShutdown: true\n");
  {
    const auto daemon = rig.make();
    REQUIRE(daemon);
    REQUIRE((*daemon)->finish());
    CHECK(std::filesystem::exists(twin(rig)));
  }
  rig.configure("");
  check_written_once(rig);
}

TEST_CASE("P2: a copy stays while what the last run wrote last cannot be compared",
          "[unsettled][P2]") {
  DaemonRig rig;
  kill_behind_a_write(rig);
  rig.files.fault = [](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kOpen && path.ends_with(".jsonl") && path.contains("/proj/")
               ? EIO
               : 0;
  };
  {
    const auto alone = rig.make(DaemonPurpose::kOneRequest);
    REQUIRE(alone);
    const auto refused = (*alone)->handle(removal(rig));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code() == ErrorCode::kRefused);
    CHECK(refused.error().message().contains("it stays until"));
    REQUIRE((*alone)->finish());
  }
  CHECK(std::filesystem::exists(twin(rig)));
  rig.files.fault = {};
  check_written_once(rig);
}

TEST_CASE("P2: a damaged copy that is removed after a kill doubles nothing", "[unsettled][P2]") {
  DaemonRig rig;
  kill_behind_a_write(rig);
  const auto lines = rig.read("state/sessions/" + rig.key(1) + ".twin.jsonl");
  rig.home.write("state/sessions/" + rig.key(1) + ".twin.jsonl",
                 std::string(lines.size() + 10, 'x'));
  {
    const auto alone = rig.make(DaemonPurpose::kOneRequest);
    REQUIRE(alone);
    CHECK(rig.ask(**alone, removal(rig))["removed"] == true);
    REQUIRE((*alone)->finish());
  }
  check_written_once(rig);
}

TEST_CASE("a session goes on by itself though one of its recordings is forgotten after a kill",
          "[unsettled]") {
  DaemonRig rig;
  {
    const auto daemon = rig.working();
    rig.say(1, "::start old.jsonl");
    rig.work(*daemon);
    rig.say(1, "::stop");
    rig.work(*daemon);
    rig.say(1, "::start a.jsonl");
    rig.work(*daemon);
    rig.files.fault = [](FileOperation operation, const std::string& path) {
      return operation == FileOperation::kAppend && path.ends_with("a.jsonl") ? ENOSPC : 0;
    };
    rig.say(1, "said last");
    daemon->work([] { return false; });
    rig.files.fault = {};
  }
  {
    const auto alone = rig.make(DaemonPurpose::kOneRequest);
    REQUIRE(alone);
    const auto cleaned = (*alone)->clean({.sessions_days = std::nullopt, .recordings_days = 0});
    REQUIRE(cleaned);
    CHECK(cleaned->size() == 1);
    REQUIRE((*alone)->finish());
  }
  std::filesystem::remove(rig.log(1));
  const auto daemon = rig.working();
  CHECK(count_of(rig.read(kDestination), "said last") == 1);
}
