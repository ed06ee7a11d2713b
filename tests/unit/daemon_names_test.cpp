// Names that Kato makes for destinations, of sessions that no copy is kept of.
#include <filesystem>

#include "tests/support/catch.h"
#include "tests/support/text.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::DaemonRig;

namespace {

void name_by(const DaemonRig& rig, std::string_view name, bool copies = false) {
  rig.home.write("state/kato.yaml",
                 fmt::format("schemaVersion: 1\nglobalAutoGenerateSnapshots: {}\n"
                             "defaultDestination: \"{{project}}/{}\"\n",
                             copies, name));
}

ControlRequest start(const DaemonRig& rig, int number) {
  return {.verb = ControlVerb::kRecordStart, .session = rig.session_id(number)};
}

}  // namespace

TEST_CASE("a generated name says what a session is about though no copy of it is kept",
          "[destination][names]") {
  DaemonRig rig;
  const bool copies = GENERATE(false, true);
  name_by(rig, "{slug}.md", copies);
  const auto daemon = rig.working();
  SECTION("the command comes later") {
    rig.say(1, "Fix the pump");
    rig.work(*daemon);
    rig.say(1, "go on\n::start");
    rig.work(*daemon);
    CHECK(rig.read("proj/fix-the-pump.md").contains("go on"));
  }
  SECTION("the command is in the first message") {
    rig.say(1, "Fix the pump\n::start");
    rig.work(*daemon);
    CHECK(rig.read("proj/fix-the-pump-start.md").contains("Fix the pump"));
  }
  SECTION("it is asked for from outside, and for a folder") {
    rig.say(1, "Fix the pump");
    rig.work(*daemon);
    static_cast<void>(rig.ask(*daemon, start(rig, 1)));
    static_cast<void>(rig.ask(*daemon, {.verb = ControlVerb::kRecordCapture,
                                        .session = rig.session_id(1),
                                        .destination = rig.home / "proj/notes/"}));
    rig.say(1, "go on");
    rig.work(*daemon);
    CHECK(rig.read("proj/fix-the-pump.md").contains("go on"));
    CHECK(rig.read("proj/notes/fix-the-pump.md").contains("go on"));
  }
}

TEST_CASE("P6: a title that a name needed is not kept", "[names][P6]") {
  DaemonRig rig;
  name_by(rig, "{slug}.md");
  const auto daemon = rig.working();
  rig.say(1, "Fix the pump");
  rig.work(*daemon);
  rig.say(1, "::export out/");
  rig.work(*daemon);
  CHECK(rig.read("proj/out/fix-the-pump.md").contains("Fix the pump"));
  CHECK(rig.meta(1).identity.title.empty());
}

TEST_CASE("sessions that get the same name get files beside each other, and keep them",
          "[destination][names]") {
  DaemonRig rig;
  name_by(rig, "{slug}.md");
  for (int number = 1; number <= 3; ++number) {
    rig.say(number, "Fix the pump", "2026-02-05T10:00:00Z");
  }
  {
    const auto daemon = rig.working();
    for (int number = 1; number <= 3; ++number) {
      static_cast<void>(rig.ask(*daemon, start(rig, number)));
    }
  }
  const auto daemon = rig.working();
  rig.say(2, "::stop dest:./");
  rig.work(*daemon);
  rig.say(2, "unrecorded");
  rig.work(*daemon);
  static_cast<void>(rig.ask(*daemon, start(rig, 2)));
  for (int number = 1; number <= 3; ++number) {
    rig.say(number, fmt::format("word {}", number));
  }
  rig.work(*daemon);
  CHECK(rig.read("proj/fix-the-pump.md").contains("word 1"));
  CHECK(rig.read("proj/fix-the-pump-2.md").contains("word 2"));
  CHECK_FALSE(rig.read("proj/fix-the-pump-2.md").contains("unrecorded"));
  CHECK(rig.read("proj/fix-the-pump-3.md").contains("word 3"));
  CHECK(rig.meta(2).recordings.size() == 1);
}

TEST_CASE("a file that is there does not get another session's words by a generated name",
          "[destination][names]") {
  DaemonRig rig;
  name_by(rig, "{slug}.md");
  rig.say(1, "Fix the pump");
  rig.say(2, "Fix the pump");
  rig.home.write("proj/fix-the-pump-2.md", "mine");
  const auto daemon = rig.working();
  static_cast<void>(rig.ask(*daemon, start(rig, 1)));
  static_cast<void>(rig.ask(*daemon, start(rig, 2)));
  CHECK(rig.read("proj/fix-the-pump-2.md") == "mine");
  CHECK(rig.meta(2).recordings.front().destination.ends_with("/fix-the-pump-3.md"));
}

TEST_CASE("P5: a name that a person chose is another session's still", "[destination][names][P5]") {
  DaemonRig rig;
  rig.say(1, "Fix the pump");
  rig.say(2, "Fix the pump");
  const auto daemon = rig.working();
  auto one = start(rig, 1);
  auto two = start(rig, 2);
  one.destination = two.destination = rig.home / "proj/a.md";
  static_cast<void>(rig.ask(*daemon, one));
  CHECK(daemon->handle(two).error().code() == ErrorCode::kRefused);
}

TEST_CASE("a recording is the same by the name it began with and by where a link leads that now",
          "[destination][names]") {
  DaemonRig rig;
  rig.say(1, "one\n::start n/a.md");
  const auto daemon = rig.working();
  std::filesystem::rename(rig.home / "proj/n", rig.home / "proj/m");
  std::filesystem::create_directory_symlink("m", rig.home / "proj/n");
  const std::string name = GENERATE("n/a.md", "m/a.md");
  const bool captures = GENERATE(false, true);
  rig.say(1, fmt::format("two\n::{} {}", captures ? "capture" : "start", name));
  rig.say(1, "three");
  rig.work(*daemon);
  CHECK(rig.meta(1).recordings.size() == 1);
  CHECK(kato::test::count_of(rig.read("proj/m/a.md"), "\none\n") == 1);
  CHECK(kato::test::count_of(rig.read("proj/m/a.md"), "\nthree\n") == 1);
  if (GENERATE(true, false)) {
    rig.say(1, "four\n::stop dest:" + name);
    rig.work(*daemon);
  } else {
    static_cast<void>(rig.ask(*daemon, {.verb = ControlVerb::kRecordStop,
                                        .session = rig.session_id(1),
                                        .destination = rig.home / ("proj/" + name)}));
  }
  CHECK(rig.meta(1).recordings[0].desired == DesiredState::kOff);
  rig.say(2, "::start n/a.md");
  rig.work(*daemon);
  CHECK(kato::test::count_of(rig.read("proj/m/a.md"), "\n::start") == (captures ? 1 : 2));
}

TEST_CASE("a disk that fails while a title is looked for costs no command", "[names][P2]") {
  DaemonRig rig;
  name_by(rig, "{slug}.md");
  const auto daemon = rig.working();
  rig.say(1, "Fix the pump");
  rig.work(*daemon);
  rig.say(1, "::start");
  int reads = 0;
  rig.files.fault = [&](kato::test::FileOperation operation, const std::string& path) {
    const bool is_log = path == rig.log(1) && operation == kato::test::FileOperation::kRead;
    return is_log && ++reads > 1 ? EIO : 0;
  };
  rig.work(*daemon);
  rig.files.fault = {};
  rig.clock.advance(std::chrono::seconds(60));
  rig.work(*daemon);
  rig.say(1, "go on");
  rig.work(*daemon);
  CHECK(rig.read("proj/fix-the-pump.md").contains("go on"));
}
