// What Kato's own copy of a conversation is good for once the agent's log has lost it.
#include <filesystem>

#include <nlohmann/json.hpp>

#include "tests/e2e/home.h"
#include "tests/e2e/talk.h"
#include "tests/support/catch.h"

using kato::test::count_of;
using kato::test::eventually;
using kato::test::Home;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view kSession = "11111111";
constexpr std::string_view kEverything =
    "schemaVersion: 1\nglobalAutoGenerateSnapshots: true\ndurability: commit\n";

std::string state_file(const Home& home, std::string_view suffix) {
  for (const auto& entry : fs::directory_iterator(home.path(".kato/sessions"))) {
    const auto name = entry.path().filename().string();
    if (name.ends_with(suffix)) return ".kato/sessions/" + name;
  }
  return {};
}

bool twin_has(const Home& home, std::string_view text) {
  const auto name = state_file(home, ".twin.jsonl");
  return !name.empty() && home.contains(name, text);
}

// One message each: apple, pear, plum.
void talk_and_copy(const Home& home) {
  home.write(".kato/kato.yaml", kEverything);
  home.write(Home::kLog, home.user("a1", "apple"));
  const auto daemon = home.start_daemon();
  home.append(Home::kLog, home.user("a2", "pear"));
  home.append(Home::kLog, home.user("a3", "plum"));
  REQUIRE(eventually([&] { return twin_has(home, "plum"); }));
  Home::stop(*daemon);
}

std::string exported(const Home& home, std::string_view form, int exit_code = 0) {
  const auto done =
      home.kato({"export", std::string(kSession), "-f", std::string(form), "-o", "-"});
  INFO(done.err);
  CHECK(done.exit_code == exit_code);
  return done.out;
}

void check_each_once(const std::string& text) {
  INFO(text);
  const auto at = [&](std::string_view word) { return text.find(word); };
  CHECK(count_of(text, "\napple\n") == 1);
  CHECK(count_of(text, "\npear\n") == 1);
  CHECK(count_of(text, "\nplum\n") == 1);
  CHECK(at("\napple\n") < at("\npear\n"));
  CHECK(at("\npear\n") < at("\nplum\n"));
}

}  // namespace

TEST_CASE("P10: what Kato has a copy of can be exported after its log is gone", "[e2e][P10]") {
  const Home home;
  talk_and_copy(home);
  const auto before = exported(home, "markdown");
  fs::remove(home.path(Home::kLog));

  CHECK(exported(home, "markdown") == before);
  CHECK(count_of(exported(home, "jsonl"), "\"user.message\"") == 3);
  const auto by_log = home.kato({"export", home.path(Home::kLog), "-o", "-"});
  CHECK(by_log.out == before);
  const auto by_title = home.kato({"export", "apple", "-o", "-"});
  CHECK(by_title.out == before);
  REQUIRE(home.kato({"export", "--all", "-o", home.path("all/")}).exit_code == 0);
  CHECK(std::distance(fs::directory_iterator(home.path("all")), {}) == 1);

  const auto shown = home.kato({"show", std::string(kSession)});
  INFO(shown.err);
  CHECK(shown.exit_code == 0);
  CHECK(shown.out.find("apple") != std::string::npos);
  const auto listed = home.kato({"sessions"});
  CHECK(listed.out.find("(copy only) apple") != std::string::npos);
  const auto json = Json::parse(home.kato({"sessions", "--json"}).out);
  REQUIRE(json.size() == 1);
  CHECK(json[0]["sources"].empty());
  CHECK(json[0]["twin"] == true);
  CHECK(json[0]["title"] == "apple");
}

TEST_CASE(
    "P10: what was cut from a log is exported from Kato's copy, and what came since from the "
    "log",
    "[e2e][P10]") {
  const Home home;
  talk_and_copy(home);
  const auto before = exported(home, "markdown");
  SECTION("cut") {
    home.write(Home::kLog, home.user("a1", "apple") + home.user("a2", "pear"));
    CHECK(exported(home, "markdown") == before);
  }
  SECTION("cut, and gone on with") {
    home.write(Home::kLog, home.user("a1", "apple") + home.user("b1", "quince"));
    const auto text = exported(home, "markdown");
    check_each_once(text);
    CHECK(text.find("\nplum\n") < text.find("\nquince\n"));
  }
  SECTION("written anew under other ids") {
    home.write(Home::kLog, home.user("c1", "apple") + home.user("c2", "pear") +
                               home.user("c3", "plum") + home.user("c4", "quince"));
    const auto text = exported(home, "markdown");
    check_each_once(text);
    CHECK(text.find("\nplum\n") < text.find("\nquince\n"));
  }
  SECTION("gone on with while no daemon ran") {
    home.append(Home::kLog, home.user("a4", "quince"));
    const auto text = exported(home, "markdown");
    check_each_once(text);
    CHECK(count_of(text, "\nquince\n") == 1);
  }
}

TEST_CASE("an export says the same with and without a copy", "[e2e]") {
  const Home home;
  home.write(Home::kLog, home.user("a1", "apple", "2026-02-25T16:26:39.000Z") +
                             home.assistant("a2", "pear") + home.user("a3", "plum"));
  for (const auto* const form : {"markdown", "jsonl"}) {
    const auto without = exported(home, form);
    REQUIRE(home.kato({"snapshot", "create", std::string(kSession)}).exit_code == 0);
    CHECK(exported(home, form) == without);
    fs::remove_all(home.path(".kato"));
  }
}

TEST_CASE("a copy that is damaged is exported as far as it is whole, and the rest from the log",
          "[e2e]") {
  const Home home;
  talk_and_copy(home);
  const auto before = exported(home, "markdown");
  const auto name = state_file(home, ".twin.jsonl");
  auto twin = home.read(name);
  SECTION("a line is no event") {
    const auto at = twin.find("pear");
    twin.replace(twin.rfind('\n', at) + 1, 4, "????");
    home.write(name, twin);
    const auto done = home.kato({"export", std::string(kSession), "-f", "markdown", "-o", "-"});
    CHECK(done.out == before);
    CHECK(done.err.find("warning: ") != std::string::npos);
    fs::remove(home.path(Home::kLog));
    const auto rest = exported(home, "markdown");
    CHECK(rest.find("\napple\n") != std::string::npos);
    CHECK(rest.find("\nplum\n") != std::string::npos);
  }
  SECTION("its last line is half there") {
    home.write(name, twin.substr(0, twin.size() - 10));
    CHECK(exported(home, "markdown") == before);
  }
  SECTION("it is gone") {
    fs::remove(home.path(name));
    CHECK(exported(home, "markdown") == before);
  }
}

TEST_CASE("P10: what is lost of a copy that was cut short is told with an export of the rest",
          "[e2e][P10]") {
  const Home home;
  talk_and_copy(home);
  const auto name = state_file(home, ".twin.jsonl");
  const auto twin = home.read(name);
  fs::remove(home.path(Home::kLog));
  const auto whole_lines = twin.substr(0, twin.rfind('\n', twin.find("pear")) + 1);
  home.write(name, whole_lines);
  for (const auto& command :
       {std::vector<std::string>{"export", std::string(kSession), "-o", "-"},
        {"show", std::string(kSession)},
        {"record", "capture", std::string(kSession), home.path("proj/notes.md")},
        {"export", std::string(kSession), "-o", "-"}}) {
    const auto done = home.kato(command);
    INFO(command.front() << ": " << done.out << done.err);
    CHECK(done.exit_code == 0);
    CHECK(done.err.find("warning: ") != std::string::npos);
    CHECK(done.err.find("events are lost") != std::string::npos);
  }
  CHECK(home.contains("proj/notes.md", "apple"));
  home.write(name, "");
  const auto done = home.kato({"export", std::string(kSession), "-o", "-"});
  CHECK(done.exit_code == 1);
  CHECK(done.err.find("nothing is left") != std::string::npos);
}

TEST_CASE("a copy whose meta was moved away is not kept of what was made private meanwhile",
          "[e2e]") {
  const Home home;
  talk_and_copy(home);
  fs::remove(home.path(state_file(home, ".meta.json")));
  home.append(Home::kLog, home.user("a4", "::private", "2026-02-25T16:26:39.000Z"));
  const auto daemon = home.start_daemon();
  CHECK(eventually([&] {
    const auto meta = state_file(home, ".meta.json");
    return !meta.empty() && home.contains(meta, "\"private\":true") &&
           state_file(home, ".twin.jsonl").empty();
  }));
  Home::stop(*daemon);
}

TEST_CASE("what is asked of a session whose log and copy are gone is answered so", "[e2e]") {
  const Home home;
  talk_and_copy(home);
  fs::remove(home.path(Home::kLog));
  REQUIRE(home.kato({"snapshot", "remove", std::string(kSession)}).exit_code == 0);
  const auto made = home.kato({"snapshot", "create", std::string(kSession)});
  CHECK(made.exit_code == 1);
  CHECK(made.err.find("its log is gone") != std::string::npos);
}

TEST_CASE("a copy that was removed is made again on demand and for a recording", "[e2e][P10]") {
  const Home home;
  home.write(Home::kLog, home.user("a1", "apple"));
  const auto daemon = home.start_daemon();
  REQUIRE(home.kato({"record", "capture", std::string(kSession), home.path("proj/notes.md")})
              .exit_code == 0);
  const auto twin = home.path(state_file(home, ".twin.jsonl"));
  REQUIRE(fs::remove(twin));
  SECTION("on demand") {
    CHECK(home.kato({"snapshot", "create", std::string(kSession)}).exit_code == 0);
    CHECK(fs::exists(twin));
  }
  SECTION("for a recording") {
    home.append(Home::kLog, home.user("a2", "pear"));
    CHECK(eventually([&] { return home.contains("proj/notes.md", "pear"); }));
    CHECK(count_of(home.read("proj/notes.md"), "\napple\n") == 1);
    CHECK(fs::exists(twin));
  }
  Home::stop(*daemon);
}
