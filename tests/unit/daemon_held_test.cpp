// Prompts that wait for what becomes of them, in sessions that are closed and opened meanwhile.
#include <cerrno>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "host/base/time_text.h"

#include "tests/support/catch.h"
#include "tests/support/text.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::count_of;
using kato::test::DaemonRig;

namespace {

constexpr std::string_view kQueued = "typed meanwhile";

void note_queue(DaemonRig& rig, int number, std::string_view operation) {
  std::ofstream(rig.log(number), std::ios::binary | std::ios::app)
      << fmt::format(R"({{"type":"queue-operation","operation":"{}","timestamp":"{}",)"
                     R"("sessionId":"s","content":"{}"}})"
                     "\n",
                     operation, format_rfc3339(rig.clock.now()), kQueued);
}

ControlRequest capture(const DaemonRig& rig, const std::string& name) {
  return {.verb = ControlVerb::kRecordCapture,
          .session = rig.session_id(1),
          .destination = rig.home / ("proj/" + name)};
}

void check_prompt_comes_once(DaemonRig& rig, Daemon& daemon) {
  CHECK(daemon.status(false).degraded.empty());
  CHECK(count_of(rig.read("proj/talk.md"), kQueued) == 0);
  note_queue(rig, 1, "dequeue");
  rig.say(1, kQueued);
  rig.work(daemon);
  CHECK(count_of(rig.read("proj/talk.md"), kQueued) == 1);
  CHECK(daemon.status(false).degraded.empty());
}

}  // namespace

TEST_CASE("P2: a session with a waiting prompt is captured after a restart", "[daemon][P2]") {
  DaemonRig rig;
  rig.say(1, "said before");
  note_queue(rig, 1, "enqueue");
  auto daemon = rig.working();
  SECTION("of Kato alone") {
    daemon.reset();
  }
  SECTION("when the log was touched") {
    daemon.reset();
    std::filesystem::last_write_time(rig.log(1), std::filesystem::file_time_type::clock::now());
  }
  daemon = rig.working();
  static_cast<void>(rig.ask(*daemon, capture(rig, "talk.md")));
  rig.work(*daemon);
  static_cast<void>(
      rig.ask(*daemon, {.verb = ControlVerb::kReprocess, .session = rig.session_id(1)}));
  rig.work(*daemon);
  check_prompt_comes_once(rig, *daemon);
}

TEST_CASE("P2: a session with a waiting prompt is captured when many others were at work since",
          "[daemon][P2]") {
  constexpr int kOthers = 40;
  DaemonRig rig;
  rig.say(1, "said before");
  note_queue(rig, 1, "enqueue");
  const auto daemon = rig.working();
  for (int number = 2; number <= kOthers; ++number) {
    rig.say(number, "elsewhere");
  }
  rig.work(*daemon);
  static_cast<void>(rig.ask(*daemon, capture(rig, "talk.md")));
  rig.work(*daemon);
  check_prompt_comes_once(rig, *daemon);
}

TEST_CASE("P2: the copy of a session with a waiting prompt is made anew without a daemon",
          "[daemon][P2]") {
  DaemonRig rig;
  rig.say(1, "said before");
  note_queue(rig, 1, "enqueue");
  auto daemon = rig.working();
  static_cast<void>(rig.ask(*daemon, capture(rig, "talk.md")));
  rig.work(*daemon);
  daemon.reset();
  {
    const auto alone = rig.make(DaemonPurpose::kOneRequest);
    REQUIRE(alone);
    static_cast<void>(
        rig.ask(**alone, {.verb = ControlVerb::kReprocess, .session = rig.session_id(1)}));
  }
  daemon = rig.working();
  check_prompt_comes_once(rig, *daemon);
}

TEST_CASE("P6: what a kill left of the bytes that wait does not stay", "[daemon][P6]") {
  DaemonRig rig;
  rig.configure("globalAutoGenerateSnapshots: true");
  rig.say(1, "said before");
  note_queue(rig, 1, "enqueue");
  auto daemon = rig.working();
  const auto name = "state/sessions/" + rig.key(1) + ".held.kato-new";
  SECTION("when the session is opened") {
    daemon.reset();
    rig.home.write(name, "typed mean");
    rig.say(1, "said since");
  }
  SECTION("when the power failed") {
    rig.lose_power(daemon);
    rig.home.write(name, "typed mean");
  }
  daemon = rig.working();
  CHECK_FALSE(std::filesystem::exists(rig.home / name));
}

TEST_CASE("P6: a copy that could not be taken whole does not stay beside the next one",
          "[daemon][P6]") {
  DaemonRig rig;
  rig.say(1, "said before");
  note_queue(rig, 1, "enqueue");
  const auto daemon = rig.working();
  bool has_failed = false;
  rig.files.fault = [&has_failed](test::FileOperation, const std::string& path) {
    const bool fails = !has_failed && path.ends_with(".held.kato-new");
    has_failed = has_failed || fails;
    return fails ? EMFILE : 0;
  };
  rig.say(1, "::capture talk.jsonl");
  rig.work(*daemon);
  rig.clock.advance(std::chrono::seconds(2));
  rig.work(*daemon);
  REQUIRE(has_failed);
  CHECK(count_of(rig.read("proj/talk.jsonl"), "said before") == 1);
  for (const auto& entry : std::filesystem::directory_iterator(rig.home / "state/sessions")) {
    CHECK_FALSE(entry.path().filename().string().contains(".twin.jsonl.g"));
  }
}
