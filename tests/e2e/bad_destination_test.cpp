// Destinations that are no plain file of the user's, or do not stay one.
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/e2e/home.h"
#include "tests/e2e/talk.h"
#include "tests/support/catch.h"

using namespace kato::test;
namespace fs = std::filesystem;

namespace {

constexpr const char* kAudit = ".kato/runtime/logs/security-audit.jsonl";

// Another recording of the same conversation works, whatever became of the first.
void check_goes_on(const Home& home, Talk& talk) {
  talk.user("::start good.md");
  CHECK(eventually([&] { return home.contains("proj/good.md", "::start"); }));
}

}  // namespace

TEST_CASE("P5: what is no file is never written to, and the conversation is recorded elsewhere",
          "[e2e][P5]") {
  const Home home;
  Talk talk(home, "claude", soon());
  fs::create_directories(home.path("proj/folder.md"));
  REQUIRE(::mkfifo(home.path("proj/pipe.md").c_str(), 0600) == 0);
  home.write("outside/mine.md", "mine\n");
  fs::create_symlink(home.path("outside/mine.md"), home.path("proj/link.md"));
  fs::create_symlink(home.path("outside"), home.path("proj/way-out"));
  home.write("proj/twofold.md", "twofold\n");
  fs::create_hard_link(home.path("proj/twofold.md"), home.path("proj/other-name.md"));
  const auto daemon = home.start_daemon();
  for (const std::string destination :
       {"pipe.md", "link.md", "way-out/new.md", "twofold.md", "/dev/null", "/dev/full"}) {
    talk.user("::start " + destination);
    talk.user("::capture " + destination);
    talk.user("::export " + destination);
  }
  check_goes_on(home, talk);
  talk.assistant("more");
  CHECK(eventually([&] { return home.contains("proj/good.md", "more"); }));
  Home::stop(*daemon);
  CHECK(home.read("outside/mine.md") == "mine\n");
  CHECK_FALSE(fs::exists(home.path("outside/new.md")));
  CHECK(home.read("proj/twofold.md") == "twofold\n");
  CHECK(fs::is_fifo(home.path("proj/pipe.md")));
  CHECK(count_of(home.read(kAudit), "\"allowed\":false") >= 5);
}

TEST_CASE("a folder as destination gets a file with a generated name", "[e2e]") {
  const Home home;
  Talk talk(home, "claude", soon());
  fs::create_directories(home.path("proj/folder"));
  const auto daemon = home.start_daemon();
  talk.user("::start folder");
  CHECK(eventually([&] { return !fs::is_empty(home.path("proj/folder")); }));
  check_goes_on(home, talk);
  Home::stop(*daemon);
}

TEST_CASE("a second session cannot feed the recording of the first", "[e2e]") {
  const Home home;
  Talk first(home, "claude", soon());
  Talk second(home, "codex", soon());
  const auto daemon = home.start_daemon();
  first.user("::start notes.md");
  REQUIRE(eventually([&] { return home.contains("proj/notes.md", "::start"); }));
  second.user("the intruder\n::start notes.md");
  second.user("::start good.md");
  REQUIRE(eventually([&] { return home.contains("proj/good.md", "::start"); }));
  first.assistant("still recorded");
  CHECK(eventually([&] { return home.contains("proj/notes.md", "still recorded"); }));
  Home::stop(*daemon);
  CHECK_FALSE(home.contains("proj/notes.md", "the intruder"));
}

TEST_CASE(
    "P5: a destination that its owner deleted is not made again, and is served once it is back",
    "[e2e][P5]") {
  const Home home;
  Talk talk(home, "claude", soon());
  const auto daemon = home.start_daemon();
  talk.user("::start notes.md");
  REQUIRE(eventually([&] { return home.contains("proj/notes.md", "::start"); }));
  fs::remove(home.path("proj/notes.md"));
  talk.assistant("said to nobody");
  check_goes_on(home, talk);
  CHECK_FALSE(fs::exists(home.path("proj/notes.md")));
  home.write("proj/notes.md", "begun anew\n");
  talk.assistant("said to somebody");
  CHECK(eventually([&] { return home.contains("proj/notes.md", "said to somebody"); }));
  Home::stop(*daemon);
  const auto notes = home.read("proj/notes.md");
  CHECK(notes.starts_with("begun anew\n"));
  CHECK(count_of(notes, "said to nobody") == 1);
  CHECK(count_of(notes, "said to somebody") == 1);
}

TEST_CASE("P5: a destination that an editor replaced is written on, with nothing lost or doubled",
          "[e2e][P5]") {
  const Home home;
  Talk talk(home, "claude", soon());
  const auto daemon = home.start_daemon();
  talk.user("::start notes.md");
  REQUIRE(eventually([&] { return home.contains("proj/notes.md", "::start"); }));
  constexpr int kEdits = 20;
  for (int i = 0; i < kEdits; ++i) {
    const auto text = "turn " + std::to_string(i) + ".";
    talk.assistant(text);
    REQUIRE(eventually([&] { return home.contains("proj/notes.md", text); }));
    home.write("proj/.notes.md.swp",
               home.read("proj/notes.md") + "edit " + std::to_string(i) + ".\n");
    fs::rename(home.path("proj/.notes.md.swp"), home.path("proj/notes.md"));
  }
  talk.assistant("the end");
  CHECK(eventually([&] { return home.contains("proj/notes.md", "the end"); }));
  Home::stop(*daemon);
  const auto notes = home.read("proj/notes.md");
  for (int i = 0; i < kEdits; ++i) {
    CHECK(count_of(notes, "turn " + std::to_string(i) + ".") == 1);
    CHECK(count_of(notes, "edit " + std::to_string(i) + ".") == 1);
  }
}

TEST_CASE("P8: a source that another process truncates while it is read harms nobody",
          "[e2e][P8]") {
  const Home home;
  Talk talk(home, "claude", soon());
  Talk other(home, "codex", soon(), "elsewhere");
  const auto daemon = home.start_daemon();
  talk.user("::start notes.md");
  REQUIRE(eventually([&] { return home.contains("proj/notes.md", "::start"); }));
  constexpr int kRounds = 50;
  for (int i = 0; i < kRounds; ++i) {
    for (int k = 0; k < 20; ++k) {
      talk.assistant("text " + std::to_string(i) + "-" + std::to_string(k) + ".");
    }
    const auto size = fs::file_size(home.path(talk.log()));
    fs::resize_file(home.path(talk.log()), i % 3 == 0 ? 0 : size - size / 3);
  }
  other.user("::start notes.md");
  CHECK(eventually([&] { return home.contains("elsewhere/notes.md", "::start"); }));
  home.append(talk.log(), "\n");  // of the line that was cut
  talk.assistant("the last word");
  CHECK(eventually([&] { return home.contains("proj/notes.md", "the last word"); }));
  Home::stop(*daemon);
  CHECK(count_of(home.read("proj/notes.md"), "the last word") == 1);
}
