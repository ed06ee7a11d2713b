// Sessions that are seen for the first time, also more of them than are identified before the
// daemon is ready.
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "host/base/time_text.h"
#include "host/event/event_id.h"

#include "tests/support/catch.h"
#include "tests/support/conversation.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using namespace kato::test;

namespace {

constexpr int kMany = 400;
constexpr int kOldest = 1;

void age(const std::string& path, std::chrono::seconds by) {
  std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - by);
}

// Logs 1 to kMany, the first the oldest.
void lay_out(DaemonRig& rig) {
  for (int i = kOldest; i <= kMany; ++i) {
    rig.say(i, "hello", "2026-01-01T00:00:00Z");
    age(rig.log(i), std::chrono::seconds(10'000 - i));
  }
}

std::unique_ptr<Daemon> ready(DaemonRig& rig) {
  auto daemon = rig.make();
  REQUIRE(daemon);
  (*daemon)->look_for_changes();
  return std::move(*daemon);
}

void work_a_little(Daemon& daemon) {
  int turns = 0;
  daemon.work([&turns] { return ++turns > 3; });
}

size_t known(Daemon& daemon) {
  return daemon.status(true).sessions.size();
}

}  // namespace

TEST_CASE("P9: what comes live does not wait until all old sessions are identified",
          "[daemon][P9]") {
  DaemonRig rig;
  lay_out(rig);
  const auto daemon = ready(rig);
  rig.say(kOldest, "::start notes.md");
  work_a_little(*daemon);
  CHECK(rig.read("proj/notes.md").contains("::start"));
  CHECK(known(*daemon) < kMany);
  rig.work(*daemon);
  CHECK(known(*daemon) == kMany);
  rig.say(kOldest, "and goes on");
  rig.work(*daemon);
  CHECK(rig.read("proj/notes.md").contains("and goes on"));
}

TEST_CASE("P2: a command that was typed before is history, however late its file is identified",
          "[daemon][P2]") {
  DaemonRig rig;
  lay_out(rig);
  const std::string chats = ".gemini/tmp/proj/chats/session-2026-01-01T00-0";
  const std::string head =
      R"({"sessionId":"9d2f4b1c-0000-4000-8000-000000000001","projectHash":"proj",)"
      R"("startTime":"2026-01-01T00:00:00.000Z","kind":"main"})"
      "\n";
  const auto said = [](std::string_view id, std::string_view time, std::string_view text) {
    return R"({"id":")" + std::string(id) + R"(","timestamp":")" + std::string(time) +
           R"(","type":"user","content":[{"text":")" + std::string(text) + R"("}]})" + "\n";
  };
  const auto destination = rig.home / "state/recordings/old.md";
  const auto older =
      rig.home.write(chats + "0-9d2f4b1c.jsonl",
                     head + said("m1", "2026-01-01T00:00:01Z", "::start " + destination));
  age(older, std::chrono::seconds(20'000));
  const auto newer = rig.home.write(chats + "1-9d2f4b1c.jsonl", head);
  const auto daemon = ready(rig);
  std::ofstream(newer, std::ios::app) << said("m2", "2026-01-01T00:00:02Z", "in the newer file");
  work_a_little(*daemon);
  rig.work(*daemon);
  CHECK(known(*daemon) == kMany + 1);
  CHECK_FALSE(std::filesystem::exists(destination));
}

TEST_CASE("P2: a kill while sessions are identified leaves nothing half seen", "[daemon][P2]") {
  DaemonRig rig;
  lay_out(rig);
  {
    const auto daemon = ready(rig);
    rig.say(kOldest, "live words");
    work_a_little(*daemon);
    rig.clock.advance(std::chrono::seconds(2));
    work_a_little(*daemon);
  }
  {
    const auto daemon = rig.working();
    CHECK(known(*daemon) == kMany);
    CHECK(rig.meta(kOldest).command_cursor);
  }
  // Typed while no daemon runs: obeyed, since the session is known.
  rig.say(kOldest, "::start notes.md", "2026-01-01T00:00:03Z");
  const auto daemon = rig.working();
  CHECK(rig.read("proj/notes.md").contains("::start"));
}

TEST_CASE("P3, P6: a log that was written before the daemon began is history when it comes later",
          "[daemon][P3][P6]") {
  DaemonRig rig;
  rig.configure("globalAutoGenerateSnapshots: true\n");
  const auto talk =
      Conversation::of("codex-bare", {.project = rig.home / "proj", .begin = rig.clock.now()});
  const auto backup =
      rig.home.write("backup/" + talk->log_path(), talk->opening() + talk->user("::start old.md"));
  age(backup, std::chrono::hours(24));
  const auto daemon = rig.working();
  std::filesystem::rename(rig.home / "backup/.codex", rig.home / ".codex");
  rig.work(*daemon);
  const auto session = make_session_id("codex", "6f1c2a9e-3b1d-4c55-9a70-000000000001");
  const auto twin = "state/sessions/" + make_session_key("codex", session) + ".twin.jsonl";
  CHECK_FALSE(std::filesystem::exists(rig.home / "proj/old.md"));
  CHECK_FALSE(std::filesystem::exists(rig.home / twin));

  const std::string now = R"("capturedAt":")" + format_rfc3339(rig.clock.now());
  std::ofstream(rig.home / talk->log_path(), std::ios::app) << talk->user("::start new.jsonl");
  rig.work(*daemon);
  CHECK(rig.read("proj/new.jsonl").contains(now));
  CHECK_FALSE(std::filesystem::exists(rig.home / "proj/old.md"));
  const auto kept = rig.read(twin);
  CHECK_FALSE(kept.substr(0, kept.rfind("old.md")).contains("capturedAt"));
}
