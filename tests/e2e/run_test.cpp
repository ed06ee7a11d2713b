// The daemon in the foreground, as a user sees it.
#include <csignal>

#include "tests/e2e/home.h"
#include "tests/support/catch.h"

using kato::test::eventually;
using kato::test::Home;

namespace {

constexpr std::string_view kNotes = "proj/notes.md";

// Starts a recording into kNotes and waits until it is there.
void start_recording(const Home& home) {
  home.append(Home::kLog, home.user("s1", R"(please\n::start notes.md)"));
  REQUIRE(eventually([&] { return home.contains(kNotes, "::start"); }));
}

}  // namespace

TEST_CASE("a conversation is recorded from ::start to ::stop", "[e2e][P2]") {
  const Home home;
  home.write(Home::kLog, home.user("a1", "old words"));
  const auto daemon = home.start_daemon();
  start_recording(home);
  home.append(Home::kLog, home.assistant("s2", "the answer"));
  CHECK(eventually([&] { return home.contains(kNotes, "the answer"); }));
  home.append(Home::kLog, home.user("s3", "::stop") + home.assistant("s4", "unrecorded"));
  home.append(Home::kLog, home.user("s5", "::export all.jsonl"));
  REQUIRE(eventually([&] { return home.contains("proj/all.jsonl", "::export"); }));
  Home::stop(*daemon);
  CHECK_FALSE(home.contains(kNotes, "\nold words\n"));  // the title has them
  CHECK_FALSE(home.contains(kNotes, "unrecorded"));
  CHECK(home.contains("proj/all.jsonl", "old words"));
  CHECK(home.contains("proj/all.jsonl", "unrecorded"));
}

TEST_CASE("P1: restarts change no byte of a recording", "[e2e][P1]") {
  const Home home;
  home.write(Home::kLog, "");
  {
    const auto daemon = home.start_daemon();
    start_recording(home);
    home.append(Home::kLog, home.user("x0", "::stop"));
    REQUIRE(eventually([&] { return home.contains(kNotes, "::stop"); }));
    Home::stop(*daemon);
  }
  const auto before = home.read(kNotes);
  for (const std::string restart : {"1", "2"}) {
    const auto daemon = home.start_daemon();
    const auto probe = "probe" + restart + ".jsonl";
    home.append(Home::kLog, home.user("x" + restart, "::export " + probe));
    REQUIRE(eventually([&] { return home.contains("proj/" + probe, "::export"); }));
    Home::stop(*daemon);
  }
  CHECK(home.read(kNotes) == before);
}

TEST_CASE("P2: what was said while no daemon ran is recorded once, commands included",
          "[e2e][P2]") {
  const Home home;
  home.write(Home::kLog, "");
  {
    const auto daemon = home.start_daemon();
    start_recording(home);
    Home::stop(*daemon);
  }
  home.append(Home::kLog, home.assistant("d1", "said in between"));
  home.append(Home::kLog, home.user("d2", "::capture whole.md"));
  const auto daemon = home.start_daemon();
  REQUIRE(eventually([&] { return home.contains("proj/whole.md", "said in between"); }));
  REQUIRE(eventually([&] { return home.contains(kNotes, "::capture"); }));
  Home::stop(*daemon);
  const auto notes = home.read(kNotes);
  const auto first = notes.find("said in between");
  REQUIRE(first != std::string::npos);
  CHECK(notes.find("said in between", first + 1) == std::string::npos);
}

TEST_CASE("old commands do not fire in a session that is seen for the first time", "[e2e]") {
  const Home home;
  home.write(Home::kLog, home.user("o1", "::start old.md", "2026-01-02T03:04:05.000Z"));
  const auto daemon = home.start_daemon();
  start_recording(home);
  Home::stop(*daemon);
  CHECK(home.read("proj/old.md").empty());
}

TEST_CASE("P3: only what came live carries a capture time", "[e2e][P3]") {
  const Home home;
  home.write(Home::kLog, home.user("b1", "there before"));
  const auto daemon = home.start_daemon();
  home.append(Home::kLog, home.user("b2", "::capture all.jsonl"));
  REQUIRE(eventually([&] { return home.contains("proj/all.jsonl", "::capture"); }));
  Home::stop(*daemon);
  const auto lines = home.read("proj/all.jsonl");
  const auto second_line = lines.find('\n') + 1;
  CHECK(lines.substr(0, second_line).find("capturedAt") == std::string::npos);
  CHECK(lines.substr(second_line).find("capturedAt") != std::string::npos);
}

TEST_CASE("P5: a file that is there keeps its content and front matter", "[e2e][P5]") {
  const Home home;
  home.write(Home::kLog, "");
  home.write(kNotes, "---\nid: mine\ntags: [a]\n---\n\n# My own words");
  const auto daemon = home.start_daemon();
  start_recording(home);
  Home::stop(*daemon);
  const auto notes = home.read(kNotes);
  CHECK(notes.find("id: mine") != std::string::npos);
  CHECK(notes.find("# My own words\n\n# User") != std::string::npos);
}

TEST_CASE("P5: nothing is written outside of the allowed folders", "[e2e][P5]") {
  const Home home;
  home.write(Home::kLog, "");
  home.write("elsewhere/.keep", "");
  const auto daemon = home.start_daemon();
  home.append(Home::kLog, home.user("e1", "::start ~/elsewhere/stolen.md"));
  home.append(Home::kLog, home.user("e2", "::start ../elsewhere/stolen2.md"));
  start_recording(home);
  Home::stop(*daemon);
  CHECK(home.read("elsewhere/stolen.md").empty());
  CHECK(home.read("elsewhere/stolen2.md").empty());
  CHECK(home.contains(".kato/runtime/logs/security-audit.jsonl", "\"allowed\":false"));
}

TEST_CASE("P6: without a recording nothing of the conversation is kept", "[e2e][P6]") {
  const Home home;
  home.write(Home::kLog, home.user("p1", "a secret word"));
  const auto daemon = home.start_daemon();
  home.append(Home::kLog, home.user("p2", "another secret word"));
  const auto bytes = std::to_string(home.read(Home::kLog).size());
  const auto meta = [&] {
    return kato::test::Process({"/bin/grep", "-rl", "\"value\":" + bytes, home.path(".kato")}, {},
                               home.path(""))
        .wait();
  };
  REQUIRE(eventually([&] { return meta().exit_code == 0; }));  // both are decoded and committed
  Home::stop(*daemon);
  const auto found =
      kato::test::Process({"/bin/grep", "-r", "secret word", home.path(".kato")}, {}, home.path(""))
          .wait();
  CHECK(found.exit_code == 1);
}

TEST_CASE("P7: a second daemon is refused", "[e2e][P7]") {
  const Home home;
  home.write(Home::kLog, "");
  const auto daemon = home.start_daemon();
  const auto second = home.kato({"run"});
  CHECK(second.exit_code == 4);
  CHECK(second.err.find("another") != std::string::npos);
  Home::stop(*daemon);
}

TEST_CASE("P7: a config that is not valid stops kato before it starts", "[e2e][P7]") {
  const Home home;
  home.write(".kato/kato.yaml", "schemaVersion: 1\ndurabilty: commit\n");
  const auto refused = home.kato({"run"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.err.find("kato.yaml:2:1") != std::string::npos);
  CHECK(refused.err.find("durability") != std::string::npos);
}

TEST_CASE("the end of its terminal ends a command as Ctrl-C does", "[e2e]") {
  const Home home;
  home.write(Home::kLog, home.user("a1", "hello"));
  const auto daemon = home.start_daemon();
  const auto shown = home.begin({"status", "--live"});
  REQUIRE(eventually([&] { return shown->out_so_far().contains("running"); }));
  shown->send(SIGHUP);
  CHECK(shown->wait().exit_code == 0);
  Home::stop(*daemon);
}
