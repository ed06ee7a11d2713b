// Logs that their client packs, of which a daemon sees only the end.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <zstd.h>

#include "host/base/time_text.h"
#include "host/event/event_id.h"

#include "tests/support/catch.h"
#include "tests/support/conversation.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using namespace kato::test;

namespace {

constexpr std::chrono::hours kADay{24};

std::string packed(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 1));
  return out;
}

// A conversation in ~/proj whose log compresses well.
struct PackedTalk {
  DaemonRig rig;
  std::unique_ptr<Conversation> talk;
  std::string said;

  explicit PackedTalk(std::string_view agent = "codex-bare")
      : talk(Conversation::of(agent, {.project = rig.home / "proj", .begin = rig.clock.now()})),
        said(talk->opening()) {}

  [[nodiscard]] std::string log() const { return rig.home / talk->log_path(); }
  void say(std::string_view text) {
    said += talk->user(text);
    said += talk->assistant(std::string(200, '.'));
  }
  void write() const { rig.home.write(talk->log_path(), said); }
  // Written before it takes the place of the log, which kept its time.
  void pack() const {
    const std::filesystem::path to = log() + ".zst";
    rig.home.write(talk->log_path() + ".zst", packed(said));
    if (!std::filesystem::exists(log())) return;
    std::filesystem::last_write_time(to, std::filesystem::last_write_time(log()));
    std::filesystem::remove(log());
  }
  void unpack() const {
    write();
    std::filesystem::remove(log() + ".zst");
  }
  void age() const {
    for (const auto& path : {log(), log() + ".zst"}) {
      if (!std::filesystem::exists(path)) continue;
      std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - kADay);
    }
  }
  void capture(Daemon& daemon, std::string_view name) {
    const auto session = daemon.status(true).sessions.at(0).identity.session_id;
    static_cast<void>(rig.ask(daemon, {.verb = ControlVerb::kRecordCapture,
                                       .session = session,
                                       .destination = rig.home / ("proj/" + std::string(name))}));
    rig.work(daemon);
  }
  [[nodiscard]] bool is_made(std::string_view name) const {
    return std::filesystem::exists(rig.home / ("proj/" + std::string(name)));
  }
  // The line of the recording that holds the text.
  [[nodiscard]] std::string line(std::string_view name, std::string_view text) const {
    std::istringstream lines(rig.read("proj/" + std::string(name)));
    for (std::string one; std::getline(lines, one);) {
      if (one.contains(text)) return one;
    }
    FAIL("not recorded: " << text);
    return {};
  }
};

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
