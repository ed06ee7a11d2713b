// The daemon in the background, as a user and scripts see it.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tests/e2e/home.h"
#include "tests/support/catch.h"

using kato::test::eventually;
using kato::test::Home;
using Json = nlohmann::json;

namespace {

constexpr std::string_view kSession = "11111111";

Json status_of(const Home& home) {
  return Json::parse(home.kato({"status", "--json"}).out);
}

pid_t pid_of(const Home& home) {
  return status_of(home)["daemon"]["pid"].get<pid_t>();
}

// A daemon in the background, stopped at the end of the test.
class Background {
 public:
  explicit Background(const Home& home) : home_(home) {
    const auto started = home_.kato({"start"});
    INFO(started.err);
    REQUIRE(started.exit_code == 0);
  }
  ~Background() { static_cast<void>(home_.kato({"stop"})); }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  Background(Background&&) = delete;
  Background& operator=(Background&&) = delete;

 private:
  const Home& home_;
};

}  // namespace

TEST_CASE("start returns when the daemon watches, stop when it has ended", "[e2e][control]") {
  const Home home;
  home.write(Home::kLog, home.user("a1", "hello"));
  CHECK(home.kato({"status"}).exit_code == 3);
  CHECK(home.kato({"stop"}).exit_code == 3);
  const Background daemon(home);
  CHECK(home.kato({"start"}).exit_code == 0);  // it is running already
  home.append(Home::kLog, home.user("a2", "::start notes.md"));
  CHECK(eventually([&] { return home.contains("proj/notes.md", "::start"); }));
  CHECK(home.kato({"stop"}).exit_code == 0);
  CHECK(home.kato({"status"}).exit_code == 3);
  CHECK_FALSE(std::filesystem::exists(home.path(".kato/runtime/kato.sock")));
}

TEST_CASE("stops that come at once all find that the daemon has stopped", "[e2e][control]") {
  const Home home;
  const Background daemon(home);
  std::vector<std::unique_ptr<kato::test::Process>> commands(6);
  for (auto& command : commands) {
    command = home.begin({"stop"});
  }
  for (const auto& command : commands) {
    const auto done = command->wait();
    INFO(done.err);
    CHECK((done.exit_code == 0 || done.exit_code == 3));
  }
  CHECK(home.kato({"status"}).exit_code == 3);
}

TEST_CASE("status has the same members with and without a daemon", "[e2e][control]") {
  const Home home;
  const auto names = [&home] {
    std::vector<std::string> all;
    const auto status = status_of(home).flatten();
    for (const auto& [path, value] : status.items()) {
      all.push_back(path);
    }
    return all;
  };
  const auto without = names();
  const Background daemon(home);
  CHECK(names() == without);
}

TEST_CASE("start says why the daemon did not, with its exit code", "[e2e][control]") {
  const Home home;
  home.write(".kato/kato.yaml", "schemaVersion: 1\ndurabilty: commit\n");
  const auto refused = home.kato({"start"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.err.find("kato.yaml:2:1") != std::string::npos);
}

TEST_CASE("P7: a state directory that cannot be used is refused by name", "[e2e][control][P7]") {
  const Home home;
  home.write(".kato/runtime/logs/.keep", "");
  std::filesystem::permissions(home.path(".kato"), std::filesystem::perms(0777));
  const auto refused = home.kato({"start"});
  CHECK(refused.exit_code == 4);
  CHECK(refused.err.find(".kato") != std::string::npos);
}

TEST_CASE("what a killed daemon left is no obstacle", "[e2e][control]") {
  const Home home;
  home.write(Home::kLog, home.user("a1", "hello"));
  {
    const Background daemon(home);
    const auto pid = pid_of(home);
    REQUIRE(::kill(pid, SIGKILL) == 0);
    REQUIRE(eventually([&] { return home.kato({"status"}).exit_code == 3; }));
  }
  const Background daemon(home);
  CHECK(status_of(home)["daemon"]["running"] == true);
}

TEST_CASE("P2: a state folder that is removed has one daemon that works on it",
          "[e2e][control][P2]") {
  const Home home;
  home.write(Home::kLog, home.user("a1", "hello"));
  const Background first(home);
  const auto pid = pid_of(home);
  std::filesystem::remove_all(home.path(".kato"));
  const Background second(home);
  home.append(Home::kLog, home.user("a2", "::start notes.md"));
  home.append(Home::kLog, home.user("a3", "once"));
  CHECK(eventually([&] { return home.contains("proj/notes.md", "once"); }));
  CHECK(eventually([&] { return ::kill(pid, 0) != 0; }));
  const auto notes = home.read("proj/notes.md");
  CHECK(notes.find("once") == notes.rfind("once"));
  CHECK(home.kato({"status"}).exit_code == 0);
}

TEST_CASE("a daemon whose socket was removed is named, and can be reached again",
          "[e2e][control]") {
  const Home home;
  home.write(Home::kLog, home.user("a1", "hello"));
  const Background daemon(home);
  const auto pid = pid_of(home);
  REQUIRE(::kill(pid, SIGSTOP) == 0);  // so that it does not notice at once
  std::filesystem::remove(home.path(".kato/runtime/kato.sock"));
  using Command = std::vector<std::string>;
  for (const auto& command : {Command{"stop"}, Command{"status"}, Command{"recordings"},
                              Command{"record", "start", std::string(kSession)}}) {
    const auto begun = std::chrono::steady_clock::now();
    const auto refused = home.kato(command);
    INFO(command.front() << ": " << refused.err);
    CHECK(refused.exit_code == 4);
    CHECK(refused.err.contains("kill " + std::to_string(pid)));
    CHECK(refused.err.contains("kato start"));
    CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(5));
  }
  REQUIRE(::kill(pid, SIGCONT) == 0);
  home.append(Home::kLog, home.user("a2", "more"));
  CHECK(eventually([&] { return home.kato({"stop"}).exit_code == 0; }));
}

TEST_CASE("P7: a second daemon says that it is one too many, and nothing of what it would watch",
          "[e2e][control][P7]") {
  const Home home;
  const Background daemon(home);
  const auto refused = home.kato({"run"});
  CHECK(refused.exit_code == 4);
  CHECK(refused.err.contains("kato stop"));
  CHECK_FALSE(refused.err.contains("watching"));
}

TEST_CASE("recordings from the command line, with and without a daemon", "[e2e][control]") {
  const Home home;
  home.write(Home::kLog, home.user("a1", "hello"));
  const std::string session(kSession);
  const auto alone = home.kato({"record", "capture", session, home.path("proj/alone.md")});
  INFO(alone.err);
  CHECK(alone.exit_code == 0);
  CHECK(home.contains("proj/alone.md", "hello"));
  const Background daemon(home);
  CHECK(home.kato({"record", "start", session, home.path("proj/started.md")}).exit_code == 0);
  home.append(Home::kLog, home.user("a2", "further"));
  CHECK(eventually([&] {
    return home.contains("proj/started.md", "further") && home.contains("proj/alone.md", "further");
  }));
  const auto listed = Json::parse(home.kato({"recordings", "--json"}).out);
  CHECK(listed.size() == 2);
  CHECK(home.kato({"record", "start", session, home.path("elsewhere.md")}).exit_code == 4);
  CHECK(home.kato({"record", "stop", session}).exit_code == 0);
  for (const auto& recording : status_of(home)["recordings"]) {
    CHECK(recording["state"] == "off");
  }
}

TEST_CASE("a running daemon keeps its state from being cleaned", "[e2e][control]") {
  const Home home;
  const Background daemon(home);
  CHECK(home.kato({"clean", "--all"}).exit_code == 4);
}

TEST_CASE("a new config is taken up at SIGHUP, a wrong one is not", "[e2e][control]") {
  const Home home;
  home.write(Home::kLog, home.user("a1", "hello"));
  const Background daemon(home);
  const auto pid = pid_of(home);
  home.write(".kato/kato.yaml", "schemaVersion: 1\ndurabilty: commit\n");
  CHECK(home.kato({"config", "reload"}).exit_code == 1);
  REQUIRE(::kill(pid, SIGHUP) == 0);
  home.write(".kato/kato.yaml", "schemaVersion: 1\ndaemonMaxMemoryMb: 123\n");
  const auto limit = [&] { return status_of(home)["memory"]["limitBytes"].get<uint64_t>() >> 20U; };
  CHECK(home.kato({"config", "reload"}).exit_code == 0);
  CHECK(limit() == 123);
  home.write(".kato/kato.yaml", "schemaVersion: 1\ndaemonMaxMemoryMb: 124\n");
  REQUIRE(::kill(pid, SIGHUP) == 0);
  CHECK(eventually([&] { return limit() == 124; }));
  home.append(Home::kLog, home.user("a2", "::start notes.md"));
  CHECK(eventually([&] { return home.contains("proj/notes.md", "::start"); }));
}

TEST_CASE("every command's help has an example", "[e2e][control]") {
  const Home home;
  for (const auto* const command : {"start", "stop", "restart", "status", "record", "recordings",
                                    "private", "snapshot", "reprocess", "clean", "config"}) {
    const auto help = home.kato({command, "--help"});
    INFO(command);
    CHECK(help.exit_code == 0);
    CHECK(help.out.find("Example: kato ") != std::string::npos);
  }
}
