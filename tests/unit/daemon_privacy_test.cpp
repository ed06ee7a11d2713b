// What ::private does with recordings, in the message that begins them too, and across a kill.
#include <filesystem>

#include "tests/support/catch.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::DaemonRig;
using kato::test::FileOperation;

namespace {

bool has_twin_file(const DaemonRig& rig, int number) {
  return std::filesystem::exists(rig.home / ("state/sessions/" + rig.key(number) + ".twin.jsonl"));
}

void is_private_and_off(DaemonRig& rig) {
  const auto meta = rig.meta(1);
  CHECK(meta.is_private);
  REQUIRE(meta.recordings.size() == 1);
  CHECK(meta.recordings.front().desired == DesiredState::kOff);
  CHECK_FALSE(has_twin_file(rig, 1));
}

}  // namespace

TEST_CASE("P2, P6: a message that starts a recording and is private is written, then nothing more",
          "[privacy][P2][P6]") {
  DaemonRig rig;
  const std::string begin = GENERATE("::start", "::capture");
  rig.say(1, "said before");
  const auto daemon = rig.working();
  rig.say(1, "the last word\n" + begin + " notes.md\n::private");
  rig.work(*daemon);
  rig.say(1, "not for the notes");
  rig.work(*daemon);
  const auto notes = rig.read("proj/notes.md");
  CHECK(notes.contains("the last word"));
  CHECK(notes.contains("\nsaid before\n") == (begin == "::capture"));
  CHECK_FALSE(notes.contains("not for the notes"));
  is_private_and_off(rig);
}

TEST_CASE("P2, P6: it is the same if ::private comes in a later message that is read with it",
          "[privacy][P2][P6]") {
  DaemonRig rig;
  rig.say(1, "said before");
  const auto daemon = rig.working();
  rig.say(1, "the first word\n::start notes.md");
  rig.say(1, "the last word\n::private");
  rig.work(*daemon);
  const auto notes = rig.read("proj/notes.md");
  CHECK(notes.contains("the first word"));
  CHECK(notes.contains("the last word"));
  is_private_and_off(rig);
}

TEST_CASE("::private before ::start in one message leaves the recording on", "[privacy][P6]") {
  DaemonRig rig;
  rig.say(1, "said before");
  const auto daemon = rig.working();
  rig.say(1, "::private\n::start notes.md");
  rig.work(*daemon);
  rig.say(1, "for the notes");
  rig.work(*daemon);
  CHECK(rig.read("proj/notes.md").contains("for the notes"));
  CHECK_FALSE(rig.meta(1).is_private);
}

TEST_CASE("P2, P6: a kill between the word that is private and what it still writes loses nothing",
          "[privacy][P2][P6]") {
  DaemonRig rig;
  rig.say(1, "said before");
  {
    const auto daemon = rig.working();
    rig.say(1, "the last word\n::start notes.md\n::private");
    // Nothing gets through any more once the command is committed.
    bool is_dead = false;
    rig.files.fault = [&](FileOperation operation, const std::string& path) {
      is_dead = is_dead || (operation == FileOperation::kAppend && path.ends_with("notes.md"));
      return is_dead ? EIO : 0;
    };
    daemon->work([&] { return is_dead; });
    REQUIRE(is_dead);
  }
  rig.files.fault = {};
  const auto daemon = rig.working();
  CHECK(rig.read("proj/notes.md").contains("the last word"));
  is_private_and_off(rig);
}

TEST_CASE("P2, P6: a kill after it doubles nothing, of a session that had a copy before too",
          "[privacy][P2][P6]") {
  DaemonRig rig;
  rig.say(1, "said before\n::start first.md");
  {
    const auto daemon = rig.working();
    rig.say(1, "the last word\n::start notes.md\n::private");
    bool is_dead = false;
    rig.files.fault = [&](FileOperation operation, const std::string& path) {
      const int error = is_dead ? EIO : 0;
      is_dead = is_dead || (operation == FileOperation::kAppend && path.ends_with("notes.md"));
      return error;
    };
    daemon->work([&] { return is_dead; });
    REQUIRE(is_dead);
  }
  rig.files.fault = {};
  const auto daemon = rig.working();
  const auto notes = rig.read("proj/notes.md");
  CHECK(notes.contains("the last word"));
  CHECK(notes.find("the last word") == notes.rfind("the last word"));
  CHECK(rig.meta(1).is_private);
  CHECK_FALSE(has_twin_file(rig, 1));
}

TEST_CASE("P2: an export of a session that is private already waits for its disk",
          "[privacy][P2]") {
  DaemonRig rig;
  rig.say(1, "said before\n::private");
  const auto daemon = rig.working();
  REQUIRE(rig.meta(1).is_private);
  rig.say(1, "the last word\n::export talk.md");
  rig.files.fault = [](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kAppend && path.ends_with("talk.md") ? EIO : 0;
  };
  rig.work(*daemon);
  rig.files.fault = {};
  rig.clock.advance(std::chrono::seconds(30));
  rig.work(*daemon);
  const auto talk = rig.read("proj/talk.md");
  CHECK(talk.contains("said before"));
  CHECK(talk.contains("the last word"));
  CHECK(rig.meta(1).pending_exports.empty());
  CHECK_FALSE(has_twin_file(rig, 1));
}
