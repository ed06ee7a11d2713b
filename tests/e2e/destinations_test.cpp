// Destinations as a user meets them: replaced, removed, hindered, private.
#include <csignal>
#include <filesystem>
#include <sys/stat.h>

#include "tests/e2e/home.h"
#include "tests/support/catch.h"
#include "tests/support/text.h"

using kato::test::count_of;
using kato::test::eventually;
using kato::test::Home;

namespace {

constexpr std::string_view kNotes = "proj/notes.md";

void start_recording(const Home& home) {
  home.append(Home::kLog, home.user("s1", R"(please\n::start notes.md)"));
  REQUIRE(eventually([&] { return home.contains(kNotes, "::start"); }));
}

bool has_twin(const Home& home) {
  for (const auto& entry : std::filesystem::directory_iterator(home.path(".kato/sessions"))) {
    if (entry.path().string().find(".twin.jsonl") != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("::capture into its own recording's file replaces it by the whole conversation",
          "[e2e][P2]") {
  const Home home;
  home.write(Home::kLog, home.user("a1", "the first words") + home.user("a2", "older words"));
  const auto daemon = home.start_daemon();
  start_recording(home);
  CHECK_FALSE(home.contains(kNotes, "older words"));
  home.append(Home::kLog, home.user("a3", "::capture notes.md"));
  REQUIRE(eventually([&] { return home.contains(kNotes, "::capture"); }));
  home.append(Home::kLog, home.assistant("a4", "and on it goes"));
  REQUIRE(eventually([&] { return home.contains(kNotes, "and on it goes"); }));
  Home::stop(*daemon);
  CHECK(home.contains(kNotes, "older words"));
  CHECK(count_of(home.read(kNotes), "\nplease\n") == 1);
  CHECK_FALSE(std::filesystem::exists(home.path("proj/notes-2.md")));
  for (const auto& entry : std::filesystem::directory_iterator(home.path("proj"))) {
    CHECK_FALSE(entry.path().filename().string().contains("kato-new"));
  }
}

TEST_CASE("P5: ::capture into a file that was edited takes a sibling", "[e2e][P5]") {
  const Home home;
  home.write(Home::kLog, home.user("a1", "older words"));
  const auto daemon = home.start_daemon();
  start_recording(home);
  home.append(kNotes, "my own remark\n");
  home.append(Home::kLog, home.user("a3", "::capture notes.md"));
  REQUIRE(eventually([&] { return home.contains("proj/notes-2.md", "::capture"); }));
  Home::stop(*daemon);
  CHECK(home.contains(kNotes, "my own remark"));
  CHECK(home.contains("proj/notes-2.md", "older words"));
}

TEST_CASE("P6: an export alone leaves no copy, and a line in the history", "[e2e][P6]") {
  const Home home;
  home.write(Home::kLog, home.user("a1", "older words"));
  const auto daemon = home.start_daemon();
  home.append(Home::kLog, home.user("a2", "::export out.md"));
  REQUIRE(eventually([&] { return home.contains("proj/out.md", "::export"); }));
  REQUIRE(eventually([&] { return home.contains(".kato/exports.jsonl", "out.md"); }));
  Home::stop(*daemon);
  CHECK(home.contains("proj/out.md", "older words"));
  CHECK_FALSE(has_twin(home));
}

TEST_CASE("P2: a daemon that is killed again and again doubles and loses nothing", "[e2e][P2]") {
  const Home home;
  home.write(Home::kLog, "");
  auto daemon = home.start_daemon();
  start_recording(home);
  for (int i = 0; i < 6; ++i) {
    const auto words = "words number " + std::to_string(i) + ".";
    home.append(Home::kLog, home.assistant("k" + std::to_string(i), words));
    // Right after the destination was written, long before the meta is replaced.
    REQUIRE(eventually([&] { return home.contains(kNotes, words); }));
    daemon->send(SIGKILL);
    static_cast<void>(daemon->wait());
    daemon = home.start_daemon();
  }
  home.append(Home::kLog, home.assistant("k9", "the last words"));
  REQUIRE(eventually([&] { return home.contains(kNotes, "the last words"); }));
  Home::stop(*daemon);
  for (int i = 0; i < 6; ++i) {
    CHECK(count_of(home.read(kNotes), "words number " + std::to_string(i) + ".") == 1);
  }
  CHECK(count_of(home.read(kNotes), "\nplease\n") == 1);
}

TEST_CASE("P5: a removed destination stays removed until ::start; others go on", "[e2e][P5]") {
  const Home home;
  home.write(Home::kLog, "");
  const auto daemon = home.start_daemon();
  home.append(Home::kLog, home.user("s1", R"(please\n::start notes.md\n::start other.md)"));
  REQUIRE(eventually([&] { return home.contains(kNotes, "::start"); }));
  REQUIRE(eventually([&] { return home.contains("proj/other.md", "::start"); }));
  std::filesystem::remove(home.path(kNotes));
  home.append(Home::kLog, home.assistant("d1", "said in between"));
  REQUIRE(eventually([&] { return home.contains("proj/other.md", "said in between"); }));
  CHECK_FALSE(std::filesystem::exists(home.path(kNotes)));
  home.append(Home::kLog, home.user("d2", "::start notes.md"));
  REQUIRE(eventually([&] { return home.contains(kNotes, "::start notes.md"); }));
  Home::stop(*daemon);
  CHECK(home.contains(kNotes, "said in between"));
  CHECK_FALSE(home.contains(kNotes, "\nplease\n"));
}

TEST_CASE("P5: what stands in a destination's place is left alone, and others go on", "[e2e][P5]") {
  const Home home;
  home.write(Home::kLog, "");
  home.write("elsewhere/secret.md", "mine\n");
  const auto daemon = home.start_daemon();
  home.append(Home::kLog,
              home.user("s1", R"(please\n::start a.md\n::start b.md\n::start c.md\n::start d.md)"));
  for (const std::string_view name : {"proj/a.md", "proj/b.md", "proj/c.md", "proj/d.md"}) {
    REQUIRE(eventually([&] { return home.contains(name, "please"); }));
    if (name != "proj/d.md") std::filesystem::remove(home.path(name));
  }
  std::filesystem::create_directory(home.path("proj/a.md"));
  REQUIRE(::mkfifo(home.path("proj/b.md").c_str(), 0600) == 0);
  std::filesystem::create_symlink(home.path("elsewhere/secret.md"), home.path("proj/c.md"));
  home.append(Home::kLog, home.assistant("d1", "said in between"));
  REQUIRE(eventually([&] { return home.contains("proj/d.md", "said in between"); }));
  Home::stop(*daemon);
  CHECK(home.read("elsewhere/secret.md") == "mine\n");
  CHECK(std::filesystem::is_empty(home.path("proj/a.md")));
}

TEST_CASE("P6: ::private ends the recording with the message and removes the copy", "[e2e][P6]") {
  const Home home;
  home.write(Home::kLog, "");
  const auto daemon = home.start_daemon();
  start_recording(home);
  CHECK(has_twin(home));
  home.append(Home::kLog, home.user("p1", "::private") + home.assistant("p2", "not for the notes"));
  REQUIRE(eventually([&] { return home.contains(kNotes, "::private") && !has_twin(home); }));
  home.append(Home::kLog, home.user("p3", "::start again.md"));
  REQUIRE(eventually([&] { return home.contains("proj/again.md", "::start again"); }));
  Home::stop(*daemon);
  CHECK_FALSE(home.contains(kNotes, "not for the notes"));
  CHECK_FALSE(home.contains("proj/again.md", "not for the notes"));
}
