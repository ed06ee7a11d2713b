// P1: recordings that lie in a repository stay as they are, whatever happens to Kato and the logs.
#include <chrono>
#include <filesystem>
#include <regex>

#include "tests/e2e/home.h"
#include "tests/e2e/talk.h"
#include "tests/support/catch.h"

using namespace kato::test;
namespace fs = std::filesystem;

namespace {

constexpr const char* kAgents[] = {"claude", "codex", "gemini"};

Finished git(const Home& home, std::vector<std::string> arguments) {
  std::vector<std::string> words = {"/usr/bin/git", "-C", home.path("proj"),         "-c",
                                    "user.name=T",  "-c", "user.email=t@example.org"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return Process(words, {{"HOME", home.path("")}, {"GIT_CONFIG_NOSYSTEM", "1"}}, home.path(""))
      .wait();
}

void put_under_git(const Home& home) {
  REQUIRE(git(home, {"init", "-q"}).exit_code == 0);
  REQUIRE(git(home, {"add", "-A"}).exit_code == 0);
  REQUIRE(git(home, {"commit", "-q", "-m", "recordings"}).exit_code == 0);
}

void check_clean(const Home& home, const std::string& after) {
  INFO("after " << after);
  const auto status = git(home, {"status", "--porcelain"});
  CHECK(status.exit_code == 0);
  CHECK(status.out.empty());
}

// Waits until a daemon has looked at everything: what is said in another conversation is served
// only when there is no other work of its kind left, so that conversation speaks last.
class Probe {
 public:
  explicit Probe(const Home& home) : home_(home), talk_(home, "claude", soon(), "elsewhere", 7) {}

  void pass() {
    const auto name = "probe" + std::to_string(++count_) + ".jsonl";
    talk_.user("::export " + name);
    REQUIRE(eventually([&] { return home_.contains("elsewhere/" + name, name); }));
  }

 private:
  const Home& home_;
  Talk talk_;
  int count_ = 0;
};

// Two recordings of each agent's conversation, one of which goes on.
void record_all(const Home& home, std::vector<std::unique_ptr<Talk>>& talks) {
  for (const std::string agent : kAgents) {
    auto& talk = *talks.emplace_back(std::make_unique<Talk>(home, agent, soon()));
    talk.user("said before");
  }
  const auto daemon = home.start_daemon();
  for (size_t i = 0; i < talks.size(); ++i) {
    const std::string agent = kAgents[i];
    talks[i]->user("::start " + agent + ".md");
    talks[i]->assistant("an answer");
    talks[i]->tool("a result");
    talks[i]->user("::capture " + agent + ".jsonl");
    talks[i]->user("::stop dest:" + agent + ".md");
    talks[i]->assistant("the last word");
  }
  for (const std::string agent : kAgents) {
    REQUIRE(eventually([&] { return home.contains("proj/" + agent + ".md", "::stop"); }));
    REQUIRE(eventually([&] { return home.contains("proj/" + agent + ".jsonl", "the last word"); }));
  }
  Home::stop(*daemon);
}

void restart(const Home& home, Probe& probe) {
  const auto daemon = home.start_daemon();
  probe.pass();
  Home::stop(*daemon);
}

void remove_all(const Home& home, const std::string& ending) {
  for (const auto& entry : fs::directory_iterator(home.path(".kato/sessions"))) {
    if (entry.path().string().ends_with(ending)) fs::remove(entry.path());
  }
}

// So that a start opens their sessions.
void touch_logs(const Home& home, const std::vector<std::unique_ptr<Talk>>& talks) {
  for (const auto& talk : talks) {
    fs::last_write_time(home.path(talk->log()), fs::file_time_type::clock::now());
  }
}

std::vector<std::string> metas(const Home& home) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(home.path(".kato/sessions"))) {
    const auto name = entry.path().filename().string();
    if (name.ends_with(".meta.json")) names.push_back(name);
  }
  return names;
}

void reprocess_all(const Home& home) {
  for (const auto& name : metas(home)) {
    const auto begin = name.find('-') + 1;
    const auto done = home.kato({"reprocess", name.substr(begin, name.find('.') - begin)});
    INFO(done.err);
    CHECK(done.exit_code == 0);
  }
}

// As an earlier Kato with earlier plugins left it: states of theirs, and less in the metas.
void make_older(const Home& home) {
  for (const auto& name : metas(home)) {
    auto text = home.read(".kato/sessions/" + name);
    text = std::regex_replace(text, std::regex(R"re("pluginVersion":"[^"]*")re"),
                              R"("pluginVersion":"0.0.1")");
    text = std::regex_replace(text, std::regex(R"re(,"(endsHash|checksum)":"[^"]*")re"), "");
    REQUIRE(text.find("0.0.1") != std::string::npos);
    home.write(".kato/sessions/" + name, text);
  }
}

}  // namespace

TEST_CASE("P1: recordings under git stay clean", "[e2e][P1]") {
  const Home home;
  std::vector<std::unique_ptr<Talk>> talks;
  Probe probe(home);
  record_all(home, talks);
  put_under_git(home);

  restart(home, probe);
  restart(home, probe);
  check_clean(home, "two restarts");

  fs::remove(home.path(".kato/daemon-control.json"));
  restart(home, probe);
  check_clean(home, "a start without the index");

  home.write(".kato/daemon-control.json", R"({"schemaVersion":2,"count":1,"sessions":[{"what)");
  restart(home, probe);
  check_clean(home, "a start with half an index");

  touch_logs(home, talks);
  restart(home, probe);
  check_clean(home, "sources that were touched while no daemon ran");

  {
    const auto daemon = home.start_daemon();
    touch_logs(home, talks);
    probe.pass();
    Home::stop(*daemon);
  }
  check_clean(home, "sources that were touched under a daemon's eyes");

  remove_all(home, ".writes");
  fs::remove_all(home.path(".kato/runtime"));
  restart(home, probe);
  check_clean(home, "a start without write journals and marks");
}

TEST_CASE("P1: sources that are written anew with the same bytes change no recording",
          "[e2e][P1]") {
  const Home home;
  std::vector<std::unique_ptr<Talk>> talks;
  Probe probe(home);
  record_all(home, talks);
  put_under_git(home);
  for (const auto& talk : talks) {  // as a backup that was put back: another inode, another time
    const auto content = home.read(talk->log());
    home.write(talk->log() + ".new", content);
    fs::rename(home.path(talk->log() + ".new"), home.path(talk->log()));
  }
  restart(home, probe);
  check_clean(home, "sources that were put back");
}

TEST_CASE("P1: recordings under git stay clean when Kato reads the conversations again",
          "[e2e][P1]") {
  const Home home;
  std::vector<std::unique_ptr<Talk>> talks;
  Probe probe(home);
  record_all(home, talks);
  put_under_git(home);

  remove_all(home, ".ids");
  touch_logs(home, talks);
  restart(home, probe);
  check_clean(home, "a start without the lists of known ids");

  reprocess_all(home);
  restart(home, probe);
  check_clean(home, "reprocessing while no daemon ran");
  {
    const auto daemon = home.start_daemon();
    reprocess_all(home);
    probe.pass();
    Home::stop(*daemon);
  }
  check_clean(home, "reprocessing by a daemon");

  make_older(home);
  touch_logs(home, talks);
  restart(home, probe);
  check_clean(home, "an upgrade");

  const auto daemon = home.start_daemon();
  for (const auto& talk : talks) {
    talk->assistant("after all that");
  }
  for (const std::string agent : kAgents) {
    const auto recording = "proj/" + agent + ".jsonl";
    CHECK(eventually([&] { return home.contains(recording, "after all that"); }));
    CHECK(count_of(home.read(recording), "the last word") == 1);
  }
  Home::stop(*daemon);
}
