// What a user does with a daemon that has run for a while: look at it, start it anew, clean up.
#include <csignal>
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "tests/e2e/home.h"
#include "tests/support/catch.h"

using kato::test::eventually;
using kato::test::Home;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view kOther =
    ".claude/projects/-proj/22222222-2222-4333-8444-555555555555.jsonl";
constexpr std::string_view kClearScreen = "\x1b[H\x1b[2J";

// The same conversation under another id.
std::string of_other(std::string line) {
  const std::string first = "11111111-2222-4333-8444-555555555555";
  for (auto at = line.find(first); at != std::string::npos; at = line.find(first)) {
    line.replace(at, first.size(), "22222222-2222-4333-8444-555555555555");
  }
  return line;
}

// What runs in the background is stopped at the end of the test.
class StoppedAtEnd {
 public:
  explicit StoppedAtEnd(const Home& home) : home_(home) {}
  ~StoppedAtEnd() { static_cast<void>(home_.kato({"stop"})); }
  StoppedAtEnd(const StoppedAtEnd&) = delete;
  StoppedAtEnd& operator=(const StoppedAtEnd&) = delete;
  StoppedAtEnd(StoppedAtEnd&&) = delete;
  StoppedAtEnd& operator=(StoppedAtEnd&&) = delete;

 private:
  const Home& home_;
};

pid_t pid_of(const Home& home) {
  return Json::parse(home.kato({"status", "--json"}).out)["daemon"]["pid"].get<pid_t>();
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename());
  }
  return names;
}

bool has_twin(const Home& home) {
  for (const auto& name : names_in(home.path(".kato/sessions"))) {
    if (name.ends_with(".twin.jsonl")) return true;
  }
  return false;
}

// A process that nobody waited for yet counts as ended.
bool has_ended(pid_t process) {
  std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  std::getline(stat, text);
  return text.empty() || text.find(") Z ") != std::string::npos;
}

}  // namespace

TEST_CASE("restart ends the daemon and starts another one that records on", "[e2e][control]") {
  const Home home;
  const StoppedAtEnd stopped(home);
  home.write(Home::kLog, home.user("a1", "hello"));
  CHECK(home.kato({"restart"}).exit_code == 0);  // none ran
  const auto first = pid_of(home);
  home.append(Home::kLog, home.user("a2", "::start notes.md"));
  CHECK(eventually([&] { return home.contains("proj/notes.md", "::start"); }));
  const auto restarted = home.kato({"restart"});
  INFO(restarted.err);
  CHECK(restarted.exit_code == 0);
  CHECK(pid_of(home) != first);
  CHECK(has_ended(first));
  home.append(Home::kLog, home.user("a3", "further"));
  CHECK(eventually([&] { return home.contains("proj/notes.md", "further"); }));
}

TEST_CASE("with a config that is not valid the daemon that runs can be looked at and stopped",
          "[e2e][control]") {
  const Home home;
  const StoppedAtEnd stopped(home);
  home.write(Home::kLog, home.user("a1", "hello"));
  REQUIRE(home.kato({"start"}).exit_code == 0);
  const auto pid = pid_of(home);
  home.write(".kato/kato.yaml", "schemaVersion: 1\ndurabilty: commit\n");
  const auto is_named = [](const kato::test::Finished& said) {
    INFO(said.err);
    CHECK(said.err.find("kato.yaml:2:1") != std::string::npos);
  };
  const auto running = home.kato({"status"});
  is_named(running);
  CHECK(running.exit_code == 0);
  CHECK(running.out.find("pid " + std::to_string(pid)) != std::string::npos);
  const auto as_json = home.kato({"status", "--json"});
  is_named(as_json);
  CHECK(Json::parse(as_json.out)["daemon"]["running"] == true);

  const auto restarted = home.kato({"restart"});
  is_named(restarted);
  CHECK(restarted.exit_code == 1);
  CHECK(pid_of(home) == pid);  // it was not given up

  CHECK(home.kato({"stop"}).exit_code == 0);
  const auto ended = home.kato({"status", "--json"});
  is_named(ended);
  CHECK(ended.exit_code == 3);
  const auto status = Json::parse(ended.out);
  CHECK(status["daemon"]["running"] == false);
  CHECK(status["sessions"].size() == 1);
}

TEST_CASE("status --live shows what changes until it is interrupted", "[e2e][control]") {
  const Home home;
  home.write(Home::kLog, home.user("a1", "hello"));
  const auto daemon = home.start_daemon();
  const auto watching = home.begin({"status", "--live"});
  REQUIRE(eventually([&] { return watching->out_so_far().starts_with(kClearScreen); }));
  CHECK(watching->out_so_far().find("notes.md") == std::string::npos);
  home.append(Home::kLog, home.user("a2", "::start notes.md"));
  CHECK(eventually([&] { return watching->out_so_far().find("notes.md") != std::string::npos; }));
  watching->send(SIGINT);
  CHECK(watching->wait().exit_code == 0);
  CHECK(home.kato({"status", "--live", "--json"}).exit_code == 2);
  Home::stop(*daemon);
}

TEST_CASE("status --live without a daemon says so and ends", "[e2e][control]") {
  const Home home;
  CHECK(home.kato({"status", "--live"}).exit_code == 3);
}

TEST_CASE("clean --logs removes the daemon's logs and nothing else", "[e2e][control]") {
  const Home home;
  home.write(Home::kLog, home.user("a1", "hello"));
  {
    const auto daemon = home.start_daemon();
    home.append(Home::kLog, home.user("a2", "::start notes.md"));
    REQUIRE(eventually([&] { return home.contains("proj/notes.md", "::start"); }));
    CHECK(home.kato({"clean", "--logs"}).exit_code == 4);  // it writes to them
    Home::stop(*daemon);
  }
  const auto logs = home.path(".kato/runtime/logs");
  const auto before = names_in(logs);
  REQUIRE_FALSE(before.empty());
  const auto sessions = names_in(home.path(".kato/sessions"));
  const auto dry = home.kato({"clean", "--logs", "--dry-run"});
  CHECK(dry.exit_code == 0);
  CHECK(dry.out.find("would remove ") != std::string::npos);
  CHECK(home.contains(".kato/runtime/logs/security-audit.jsonl", "notes.md"));
  const auto done = home.kato({"clean", "--logs"});
  INFO(done.err);
  CHECK(done.exit_code == 0);
  CHECK(names_in(logs).empty());
  CHECK(names_in(home.path(".kato/sessions")) == sessions);
  CHECK(home.contains("proj/notes.md", "::start"));
  const auto daemon = home.start_daemon();
  home.append(Home::kLog, home.user("a3", "further"));
  CHECK(eventually([&] { return home.contains("proj/notes.md", "further"); }));
  Home::stop(*daemon);
}

TEST_CASE("what a command finds nothing to do for is said", "[e2e][control]") {
  const Home home;
  home.write(Home::kLog, home.user("a1", "hello"));
  const auto notes = home.path("proj/notes.md");
  CHECK(home.kato({"record", "stop", "11111111"}).err ==
        "kato: nothing is or was recorded of it\n");
  REQUIRE(home.kato({"record", "start", "11111111", notes}).exit_code == 0);
  const auto missed = home.kato({"record", "stop", "11111111", "proj/other.md"});
  CHECK(missed.exit_code == 1);
  CHECK(missed.err.find("proj/other.md") != std::string::npos);
  const auto recordings = Json::parse(home.kato({"recordings", "--json"}).out);
  CHECK(recordings[0]["state"] == "on");
  CHECK(home.kato({"clean", "--all", "--dry-run"}).exit_code == 0);
  for (int again = 0; again < 2; ++again) {  // one that is off already is no fault
    CHECK(home.kato({"record", "stop", "11111111", notes}).exit_code == 0);
    CHECK(home.kato({"record", "stop", "11111111"}).exit_code == 0);
  }
  CHECK(home.kato({"snapshot", "remove", "11111111"}).err == "kato: the copy is removed\n");
  CHECK(home.kato({"snapshot", "remove", "11111111"}).err == "kato: there is no copy of it\n");
  const auto kept = home.kato({"clean", "--sessions", "90"});
  CHECK(kept.exit_code == 0);
  CHECK(kept.err.find("nothing to clean") != std::string::npos);
  const auto cleaned = Json::parse(home.kato({"clean", "--recordings", "0", "--json"}).out);
  CHECK(cleaned["dryRun"] == false);
  REQUIRE(cleaned["removed"].size() == 1);
  CHECK(cleaned["removed"][0] == Json{{"what", "recording"}, {"name", notes}});
}

TEST_CASE("commands that come at once without a daemon wait for each other", "[e2e][control]") {
  const Home home;
  home.write(Home::kLog, home.user("a1", "hello"));
  constexpr size_t kAtOnce = 6;
  std::vector<std::unique_ptr<kato::test::Process>> commands;
  for (size_t i = 0; i < kAtOnce; ++i) {
    const auto notes = home.path("proj/notes" + std::to_string(i) + ".md");
    commands.push_back(home.begin({"record", "start", "11111111", notes}));
  }
  for (const auto& command : commands) {
    const auto done = command->wait();
    INFO(done.err);
    CHECK(done.exit_code == 0);
  }
  CHECK(Json::parse(home.kato({"recordings", "--json"}).out).size() == kAtOnce);
}

TEST_CASE("a private conversation is shown as one", "[e2e][control]") {
  const Home home;
  home.write(Home::kLog, home.user("a1", "hello"));
  REQUIRE(home.kato({"private", "11111111"}).exit_code == 0);
  CHECK(home.kato({"status"}).out.find("(private)") != std::string::npos);
}

TEST_CASE("P7: a config file that is named and not there is no reason for defaults",
          "[e2e][control][P7]") {
  const Home home;
  const auto refused = home.kato({"start", "--config", home.path("nowhere.yaml")});
  CHECK(refused.exit_code == 1);
  CHECK(refused.err.find("nowhere.yaml: it is not there") != std::string::npos);
  CHECK(home.kato({"stop"}).exit_code == 3);
}

TEST_CASE("P6: copies go when the daemon ends, if the config says so, and come back with activity",
          "[e2e][P6]") {
  const Home home;
  home.write(".kato/kato.yaml",
             "schemaVersion: 1\nglobalAutoGenerateSnapshots: true\n"
             "cleanSessionStatesOnShutdown: true\n");
  home.write(Home::kLog, home.user("a1", "hello"));
  for (const auto* const text : {"one", "two"}) {
    const auto daemon = home.start_daemon();
    home.append(Home::kLog, home.user(text, text));
    CHECK(eventually([&] { return has_twin(home); }));
    Home::stop(*daemon);
    CHECK_FALSE(has_twin(home));
    CHECK_FALSE(names_in(home.path(".kato/sessions")).empty());
  }
}

TEST_CASE("a recording of another session is refused as destination at the command line too",
          "[e2e][control]") {
  const Home home;
  home.write(Home::kLog, home.user("a1", "hello"));
  home.write(kOther, of_other(home.user("b1", "the intruder")));
  const auto shared = home.path("proj/shared.md");
  REQUIRE(home.kato({"record", "capture", "11111111", shared}).exit_code == 0);
  const auto before = home.read("proj/shared.md");
  for (const auto* const verb : {"start", "capture"}) {
    const auto refused = home.kato({"record", verb, "22222222", shared});
    INFO(refused.err);
    CHECK(refused.exit_code == 4);
    CHECK(refused.err.find("another session") != std::string::npos);
  }
  CHECK(home.read("proj/shared.md") == before);
}
