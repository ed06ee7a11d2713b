// P7: a state that cannot be used as it is is refused, named, and left as it was.
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/e2e/home.h"
#include "tests/e2e/talk.h"
#include "tests/support/catch.h"

using namespace kato::test;
namespace fs = std::filesystem;

namespace {

std::string only_file(const Home& home, const std::string& ending) {
  for (const auto& entry : fs::directory_iterator(home.path(".kato/sessions"))) {
    const auto path = entry.path().string();
    if (path.ends_with(ending)) return path.substr(home.path("").size());
  }
  return {};
}

// A home whose one conversation is being recorded, with no daemon running.
void record(const Home& home, Talk& talk) {
  const auto daemon = home.start_daemon();
  talk.user("::start notes.md");
  REQUIRE(eventually([&] { return home.contains("proj/notes.md", "::start"); }));
  Home::stop(*daemon);
}

// With the meta of the first conversation as it is: the daemon says what is wrong, touches nothing
// of that session, and records the other one.
void check_left_alone(const Home& home, Talk& talk, const std::string& meta,
                      const std::string& complaint) {
  const auto content = home.read(meta);
  const auto notes = home.read("proj/notes.md");
  Talk other(home, "codex", soon(), "elsewhere");
  const auto daemon = home.start_daemon();
  talk.assistant("said to a session that cannot be read");
  other.user("::start notes.md");
  CHECK(eventually([&] { return home.contains("elsewhere/notes.md", "::start"); }));
  CHECK(
      eventually([&] { return home.contains(".kato/runtime/logs/operational.jsonl", complaint); }));
  CHECK(home.contains(".kato/runtime/logs/operational.jsonl", meta));
  Home::stop(*daemon);
  CHECK(home.read(meta) == content);
  CHECK(home.read("proj/notes.md") == notes);
}

}  // namespace

TEST_CASE("P7: a meta of a newer schema is not touched, and others go on", "[e2e][P7]") {
  const Home home;
  Talk talk(home, "claude", soon());
  record(home, talk);
  const auto meta = only_file(home, ".meta.json");
  auto content = home.read(meta);
  const std::string version = R"("schemaVersion":1)";
  const auto at = content.find(version);
  REQUIRE(at != std::string::npos);
  home.write(meta, content.replace(at, version.size(), R"("schemaVersion":99)"));
  check_left_alone(home, talk, meta, "schema version 99");
}

TEST_CASE("P7: a damaged meta is not touched, and others go on", "[e2e][P7]") {
  const Home home;
  Talk talk(home, "claude", soon());
  record(home, talk);
  const auto meta = only_file(home, ".meta.json");
  const auto content = home.read(meta);
  home.write(meta, content.substr(0, content.size() / 2));
  check_left_alone(home, talk, meta, "damaged");
}

TEST_CASE("P7: a state folder that others may write to is refused", "[e2e][P7]") {
  const Home home;
  fs::create_directories(home.path(".kato"));
  REQUIRE(::chmod(home.path(".kato").c_str(), 0777) == 0);
  const auto refused = home.kato({"run"});
  CHECK(refused.exit_code == 4);
  CHECK(refused.err.find("chmod") != std::string::npos);
}

TEST_CASE("P7: a state folder of another user is refused", "[e2e][P7]") {
  if (::geteuid() != 0) {
    WARN("SKIPPED: only root can give a folder to another user");
    return;
  }
  constexpr uid_t kSomebody = 54321;
  const Home home;
  fs::create_directories(home.path(".kato"));
  REQUIRE(::chmod(home.path(".kato").c_str(), 0700) == 0);
  REQUIRE(::chown(home.path(".kato").c_str(), kSomebody, kSomebody) == 0);
  const auto refused = home.kato({"run"});
  CHECK(refused.exit_code == 4);
  CHECK(refused.err.find(home.path(".kato")) != std::string::npos);
  CHECK(refused.err.find("owner") != std::string::npos);
  CHECK_FALSE(fs::exists(home.path(".kato/sessions")));
  // The config in it is not what is wrong.
  home.write(".kato/kato.yaml", "this is none\n");
  for (const auto* const command : {"start", "restart", "status", "stop", "recordings"}) {
    const auto said = home.kato({command});
    INFO(command << ": " << said.err);
    CHECK(said.exit_code == 4);
    CHECK(said.err.find("owner") != std::string::npos);
  }
}

TEST_CASE("P7: what stands in the place of a file or a folder of Kato's own is told with a remedy",
          "[e2e][P7]") {
  const Home home;
  REQUIRE(home.kato({"status"}).exit_code == 3);  // makes the state
  const std::string name = GENERATE("sessions", "runtime", "runtime/logs", "runtime/daemon.lock",
                                    "runtime/owing.log", "runtime/run.json", "runtime/kato.sock",
                                    "runtime/logs/security-audit.jsonl", "daemon-control.json");
  INFO(name);
  const bool is_folder = !name.contains('.');
  fs::remove_all(home.path(".kato/" + name));
  if (is_folder) {
    home.write(".kato/" + name, "no folder");
  } else {
    fs::create_directories(home.path(".kato/" + name));
  }
  for (const auto* const command : {"start", "status"}) {
    const bool is_used = name != "runtime/kato.sock" || std::string_view(command) == "start";
    if (!is_used) continue;
    const auto said = home.kato({command});
    INFO(command << ": " << said.err);
    CHECK(said.exit_code == 1);
    CHECK(said.err.contains(home.path(".kato/" + name)));
    CHECK(said.err.contains("move it away"));
  }
  CHECK(fs::is_directory(home.path(".kato/" + name)) != is_folder);
}

TEST_CASE("two daemons: the second is refused, and the first records on", "[e2e][P7]") {
  const Home home;
  Talk talk(home, "claude", soon());
  const auto daemon = home.start_daemon();
  talk.user("::start notes.md");
  REQUIRE(eventually([&] { return home.contains("proj/notes.md", "::start"); }));
  for (int i = 0; i < 3; ++i) {
    CHECK(home.kato({"run"}).exit_code == 4);
  }
  talk.assistant("recorded once");
  CHECK(eventually([&] { return home.contains("proj/notes.md", "recorded once"); }));
  Home::stop(*daemon);
  CHECK(count_of(home.read("proj/notes.md"), "recorded once") == 1);
}
