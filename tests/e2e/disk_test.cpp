// Disks that are full or turn read-only under a recording: nothing is lost, nothing comes twice,
// and what has nothing to do with that disk goes on.
#include <filesystem>

#include "tests/e2e/home.h"
#include "tests/e2e/small_disk.h"
#include "tests/e2e/talk.h"
#include "tests/support/catch.h"

using namespace kato::test;

namespace {

constexpr const char* kLog = ".kato/runtime/logs/operational.jsonl";
constexpr size_t kDiskBytes = 256 * 1024;
constexpr int kAnswers = 40;

std::string answer(int number) {
  return "answer-" + std::to_string(number) + "-" + std::string(1000, 'x') + ".";
}

// All of them are there once, in order.
void check_answers(const std::string& text, int count) {
  size_t before = 0;
  for (int i = 0; i < count; ++i) {
    CAPTURE(i);
    const auto wanted = answer(i);
    CHECK(count_of(text, wanted) == 1);
    const auto at = text.find(wanted);
    CHECK(at > before);
    before = at;
  }
}

bool complains(const Home& home, const std::string& cause) {
  return home.contains(kLog, cause);
}

}  // namespace

TEST_CASE("P2: a full disk of a destination loses and doubles nothing, and stops no other",
          "[e2e][P2]") {
  KATO_NEEDS_OWN_MOUNTS();
  const Home home;
  Talk talk(home, "claude", soon());
  const SmallDisk disk(home.path("proj"), kDiskBytes);
  Talk other(home, "codex", soon(), "elsewhere");
  const auto daemon = home.start_daemon();
  talk.user("::start notes.md");
  other.user("::start notes.md");
  REQUIRE(eventually([&] { return home.contains("proj/notes.md", "::start"); }));
  REQUIRE(eventually([&] { return home.contains("elsewhere/notes.md", "::start"); }));

  disk.fill();
  for (int i = 0; i < kAnswers; ++i) {
    talk.assistant(answer(i));
  }
  REQUIRE(eventually([&] { return complains(home, "No space left"); }));
  CHECK(home.contains(kLog, home.path("proj/notes.md")));
  other.assistant("not concerned");
  CHECK(eventually([&] { return home.contains("elsewhere/notes.md", "not concerned"); }));

  disk.make_room();
  REQUIRE(eventually([&] { return home.contains("proj/notes.md", answer(kAnswers - 1)); }));
  talk.assistant(answer(kAnswers));
  REQUIRE(eventually([&] { return home.contains("proj/notes.md", answer(kAnswers)); }));
  Home::stop(*daemon);
  check_answers(home.read("proj/notes.md"), kAnswers + 1);
}

TEST_CASE("P2: a daemon that is restarted with a full disk writes the rest once there is room",
          "[e2e][P2]") {
  KATO_NEEDS_OWN_MOUNTS();
  const Home home;
  Talk talk(home, "claude", soon());
  const SmallDisk disk(home.path("proj"), kDiskBytes);
  {
    const auto daemon = home.start_daemon();
    talk.user("::start notes.jsonl");
    REQUIRE(eventually([&] { return home.contains("proj/notes.jsonl", "::start"); }));
    disk.fill();
    for (int i = 0; i < kAnswers; ++i) {
      talk.assistant(answer(i));
    }
    REQUIRE(eventually([&] { return complains(home, "No space left"); }));
    Home::stop(*daemon);
  }
  const auto daemon = home.start_daemon();
  disk.make_room();
  REQUIRE(eventually([&] { return home.contains("proj/notes.jsonl", answer(kAnswers - 1)); }));
  Home::stop(*daemon);
  check_answers(home.read("proj/notes.jsonl"), kAnswers);
}

TEST_CASE("P2: a destination on a disk that turns read-only waits, and goes on when it can",
          "[e2e][P2]") {
  KATO_NEEDS_OWN_MOUNTS();
  const Home home;
  Talk talk(home, "gemini", soon());
  const SmallDisk disk(home.path("proj"), kDiskBytes);
  Talk other(home, "claude", soon(), "elsewhere");
  const auto daemon = home.start_daemon();
  talk.user("::start notes.md");
  other.user("::start notes.md");
  REQUIRE(eventually([&] { return home.contains("proj/notes.md", "::start"); }));
  disk.set_read_only(true);
  for (int i = 0; i < kAnswers; ++i) {
    talk.assistant(answer(i));
  }
  REQUIRE(eventually([&] { return complains(home, "Read-only file system"); }));
  other.assistant("not concerned");
  CHECK(eventually([&] { return home.contains("elsewhere/notes.md", "not concerned"); }));
  disk.set_read_only(false);
  REQUIRE(eventually([&] { return home.contains("proj/notes.md", answer(kAnswers - 1)); }));
  Home::stop(*daemon);
  check_answers(home.read("proj/notes.md"), kAnswers);
}

TEST_CASE("P2: a full disk of the state loses and doubles nothing", "[e2e][P2]") {
  KATO_NEEDS_OWN_MOUNTS();
  const Home home;
  Talk talk(home, "claude", soon());
  std::filesystem::create_directories(home.path(".kato"));
  const SmallDisk disk(home.path(".kato"), 4 * kDiskBytes);
  const auto daemon = home.start_daemon();
  talk.user("::start notes.md");
  REQUIRE(eventually([&] { return home.contains("proj/notes.md", "::start"); }));
  disk.fill();
  for (int i = 0; i < kAnswers; ++i) {
    talk.assistant(answer(i));
  }
  // The log lies on the full disk too; standard error does not.
  REQUIRE(
      eventually([&] { return daemon->err_so_far().find("No space left") != std::string::npos; }));
  disk.make_room();
  REQUIRE(eventually([&] { return home.contains("proj/notes.md", answer(kAnswers - 1)); }));
  Home::stop(*daemon);
  check_answers(home.read("proj/notes.md"), kAnswers);
}

TEST_CASE("P7: a state folder on a full or read-only disk stops kato at once, with the reason",
          "[e2e][P7]") {
  KATO_NEEDS_OWN_MOUNTS();
  const Home home;
  Talk talk(home, "claude", soon());
  std::filesystem::create_directories(home.path(".kato"));
  const SmallDisk disk(home.path(".kato"), kDiskBytes);
  disk.set_read_only(true);
  const auto refused = home.kato({"run"});
  CHECK(refused.exit_code > 0);
  CHECK(refused.err.find("Read-only file system") != std::string::npos);
  CHECK(refused.err.find(home.path(".kato")) != std::string::npos);
  CHECK(refused.err.find("ready") == std::string::npos);
}
