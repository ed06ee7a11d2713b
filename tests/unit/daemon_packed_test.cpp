// Logs that their client packs, of which a daemon sees only the end.
#include <filesystem>

#include "host/base/time_text.h"
#include "host/event/event_id.h"

#include "tests/support/catch.h"
#include "tests/unit/packed_talk.h"

using namespace kato;
using namespace kato::test;

namespace {

bool is_captured_live(const std::string& line) {
  return line.contains("\"capturedAt\"");
}

}  // namespace

TEST_CASE("P3: what is in a packed log when it is first seen is history, and does not command",
          "[daemon][P3]") {
  PackedTalk old;
  old.rig.configure("globalAutoGenerateSnapshots: true\n");
  old.say("old one\n::capture old.jsonl");
  for (int i = 0; i < 10; ++i) {
    old.say("the same again");
  }
  std::unique_ptr<Daemon> daemon;
  SECTION("at the first start") {
    old.pack();
    old.age();
    daemon = old.rig.working();
  }
  SECTION("later, with the time that it was written") {
    daemon = old.rig.working();
    old.pack();
    old.age();
    old.rig.work(*daemon);
  }
  SECTION("later, with the time of the copying") {
    daemon = old.rig.working();
    old.pack();
    old.rig.work(*daemon);
  }
  CHECK_FALSE(old.is_made("old.jsonl"));
  const auto session = make_session_id("codex", "6f1c2a9e-3b1d-4c55-9a70-000000000001");
  CHECK_FALSE(std::filesystem::exists(
      old.rig.home / ("state/sessions/" + make_session_key("codex", session) + ".twin.jsonl")));
  old.capture(*daemon, "x.jsonl");
  CHECK_FALSE(old.rig.read("proj/x.jsonl").contains("capturedAt"));
  // Whoever goes on with it unpacks it first.
  old.unpack();
  old.rig.work(*daemon);
  old.say("new one");
  old.write();
  old.rig.work(*daemon);
  CHECK(is_captured_live(old.line("x.jsonl", "new one")));
  CHECK_FALSE(is_captured_live(old.line("x.jsonl", "old one")));
}

TEST_CASE("P3: a packed log with times gets no capture times beside them", "[daemon][P3]") {
  PackedTalk old("codex");
  old.say("old one");
  old.pack();
  old.age();
  const auto daemon = old.rig.working();
  old.capture(*daemon, "x.jsonl");
  const auto line = old.line("x.jsonl", "old one");
  CHECK(line.contains("\"time\""));
  CHECK_FALSE(is_captured_live(line));
}

TEST_CASE("P3: what was said and packed while no daemon ran is history", "[daemon][P3]") {
  PackedTalk talk;
  talk.write();
  {
    const auto daemon = talk.rig.working();
    talk.say("live one\n::capture r.jsonl");
    talk.write();
    talk.rig.work(*daemon);
  }
  talk.say("said while down");
  talk.pack();
  const auto daemon = talk.rig.working();
  CHECK(is_captured_live(talk.line("r.jsonl", "live one")));
  CHECK_FALSE(is_captured_live(talk.line("r.jsonl", "said while down")));
}

TEST_CASE("P3: what was read live before its log was packed keeps its time", "[daemon][P3]") {
  PackedTalk talk;
  talk.say("before");
  talk.write();
  talk.age();
  const auto daemon = talk.rig.working();
  talk.say("live one\n::capture r.jsonl");
  talk.write();
  talk.rig.work(*daemon);
  talk.pack();
  talk.rig.work(*daemon);
  CHECK_FALSE(is_captured_live(talk.line("r.jsonl", "before")));
  CHECK(is_captured_live(talk.line("r.jsonl", "live one")));
  talk.capture(*daemon, "again.jsonl");
  CHECK(is_captured_live(talk.line("again.jsonl", "live one")));
}

TEST_CASE("P3: what was appended just before a log was packed came live", "[daemon][P3]") {
  PackedTalk talk;
  const bool was_there = GENERATE(true, false);
  if (was_there) {
    talk.say("before");
    talk.write();
    talk.age();
  }
  auto daemon = talk.rig.working();
  talk.say("live one\n::capture r.jsonl");
  talk.write();
  talk.rig.work(*daemon);
  const auto at_once = [] {};
  const auto seen_beside = [&] {
    talk.rig.home.write(talk.talk->log_path() + ".zst", packed(talk.said).substr(0, 40));
    talk.rig.work(*daemon);
  };
  GENERATE(true, false) ? at_once() : seen_beside();
  talk.say("last words");
  talk.write();
  talk.pack();
  const auto now = format_rfc3339(talk.rig.clock.now());
  talk.rig.work(*daemon);
  CHECK(talk.line("r.jsonl", "last words").contains("\"capturedAt\":\"" + now));
  if (was_there) CHECK_FALSE(is_captured_live(talk.line("r.jsonl", "before")));
}

TEST_CASE("P2: a packed log whose plain one goes later is read all the same", "[daemon][P2]") {
  PackedTalk talk;
  talk.write();
  auto daemon = talk.rig.working();
  talk.say("live one\n::capture r.jsonl");
  talk.write();
  talk.rig.work(*daemon);
  talk.rig.home.write(talk.talk->log_path() + ".zst", packed(talk.said));
  talk.rig.work(*daemon);
  std::filesystem::remove(talk.log());
  talk.rig.work(*daemon);
  talk.unpack();
  talk.say("and goes on");
  talk.write();
  talk.rig.work(*daemon);
  CHECK(is_captured_live(talk.line("r.jsonl", "and goes on")));
}
