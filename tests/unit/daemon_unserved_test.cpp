// What was read, and not served, when something went wrong is served all the same: P2, P10.
#include <cerrno>
#include <filesystem>

#include "tests/support/catch.h"
#include "tests/unit/daemon_rig.h"
#include "tests/unit/packed_talk.h"

using namespace kato;
using namespace kato::test;

TEST_CASE("P10: what was read before its step failed is served though the log is gone since",
          "[daemon][P10]") {
  PackedTalk talk("codex");
  talk.write();
  talk.rig.configure("globalAutoGenerateSnapshots: true");
  const auto daemon = talk.rig.working();
  talk.say("hello\n::start talk.jsonl");
  talk.write();
  talk.rig.work(*daemon);
  if (GENERATE(false, true)) {  // the log that is read then is not the one that was known
    talk.pack();
    talk.rig.work(*daemon);
    std::filesystem::remove(talk.log() + ".zst");
  }
  talk.say("the last word\n::export once.jsonl");
  talk.write();
  bool has_failed = false;
  talk.rig.files.fault = [&](FileOperation operation, const std::string& path) {
    if (has_failed || operation != FileOperation::kAppend || !path.ends_with(".ids")) return 0;
    has_failed = true;
    std::filesystem::remove(talk.log());
    return ENOSPC;
  };
  talk.rig.work(*daemon);
  REQUIRE(has_failed);
  talk.rig.clock.advance(std::chrono::seconds(30));
  talk.rig.work(*daemon);
  CHECK(talk.rig.read("proj/talk.jsonl").contains("the last word"));
  CHECK(talk.is_made("once.jsonl"));
}

TEST_CASE("P2: a session is known once all its files are, whichever of them is read",
          "[daemon][P2]") {
  PackedTalk talk;  // without times: nothing tells what was typed since
  talk.say("hello");
  talk.write();
  talk.rig.home.write(talk.talk->log_path() + ".zst", packed(talk.said));
  auto daemon = talk.rig.working();
  daemon.reset();
  talk.say("typed while Kato was down\n::start talk.jsonl");
  talk.write();
  daemon = talk.rig.working();
  CHECK(talk.is_made("talk.jsonl"));
}

TEST_CASE("P2: a copy that is made while a log is being packed has what that held",
          "[daemon][P2]") {
  PackedTalk talk;
  talk.say("said before");
  const auto kept = talk.said;
  talk.say("said in vain");
  talk.write();
  const auto daemon = talk.rig.working();
  talk.pack();
  talk.rig.work(*daemon);
  talk.said = kept;
  talk.say("said since");
  talk.say("and so on");
  talk.say("the last word");
  talk.unpack();
  talk.rig.work(*daemon);
  const auto session = daemon->status(true).sessions.at(0).identity.session_id;
  talk.rig.files.fault = [&](FileOperation, const std::string& path) {
    if (path.contains(".twin.jsonl.g") && std::filesystem::exists(talk.log())) talk.pack();
    return 0;
  };
  static_cast<void>(daemon->handle({.verb = ControlVerb::kRecordCapture,
                                    .session = session,
                                    .destination = talk.rig.home / "proj/talk.jsonl"}));
  talk.rig.files.fault = {};
  for (int seconds = 0; seconds < 60; ++seconds) {
    talk.rig.work(*daemon);
    talk.rig.clock.advance(std::chrono::seconds(1));
  }
  CHECK(talk.rig.read("proj/talk.jsonl").contains("said before"));
  CHECK(talk.rig.read("proj/talk.jsonl").contains("the last word"));
}
