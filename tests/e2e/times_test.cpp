// P3 over the real binary: every time in every written byte was given by a log, or by the clock of
// a daemon that saw the event arrive.
#include <filesystem>
#include <regex>
#include <set>

#include "host/base/time_text.h"

#include "tests/e2e/home.h"
#include "tests/e2e/talk.h"
#include "tests/support/catch.h"

using namespace kato;
using namespace kato::test;
namespace fs = std::filesystem;

namespace {

constexpr const char* kAgents[] = {"claude", "codex", "gemini", "codex-bare"};
// Times that nothing else has, so that each can be told by itself.
constexpr UnixMillis kLogBegin{1'893'456'000'000};    // 2030-01-01
constexpr UnixMillis kWatching{1'924'992'367'123};    // 2031-01-01 00:06:07.123
constexpr UnixMillis kCatchingUp{1'956'528'489'456};  // 2032-01-01 00:08:09.456

// In milliseconds, of all ways in which times are written: RFC 3339, headings (in seconds, UTC),
// milliseconds since 1970.
std::set<int64_t> times_in(const std::string& text) {
  static const std::regex kRfc(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z)");
  static const std::regex kHeading(R"(_(\d{4}-\d\d-\d\d)_(\d\d)(\d\d)_(\d\d))");
  static const std::regex kMillis(R"(\b\d{13}\b)");
  std::set<int64_t> times;
  const std::sregex_iterator none;
  for (std::sregex_iterator at(text.begin(), text.end(), kRfc); at != none; ++at) {
    if (const auto time = parse_rfc3339(at->str())) times.insert(time->value);
  }
  for (std::sregex_iterator at(text.begin(), text.end(), kHeading); at != none; ++at) {
    const auto& m = *at;
    const auto rfc = m.str(1) + "T" + m.str(2) + ":" + m.str(3) + ":" + m.str(4) + "Z";
    if (const auto time = parse_rfc3339(rfc)) times.insert(time->value);
  }
  for (std::sregex_iterator at(text.begin(), text.end(), kMillis); at != none; ++at) {
    times.insert(std::stoll(at->str()));
  }
  return times;
}

int64_t whole_second(int64_t millis) {
  return millis - millis % 1000;
}

// Path and content of every recording and twin.
std::vector<std::pair<std::string, std::string>> written(const Home& home) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const std::string folder : {"proj", ".kato/recordings", ".kato/sessions"}) {
    for (const auto& entry : fs::recursive_directory_iterator(home.path(folder))) {
      const auto path = entry.path().string();
      if (path.ends_with(".md") || path.ends_with(".jsonl")) {
        all.emplace_back(path, home.read(path.substr(home.path("").size())));
      }
    }
  }
  return all;
}

void check_times(const Home& home, const std::vector<std::unique_ptr<Talk>>& talks) {
  std::set<int64_t> honest;
  for (const auto& talk : talks) {
    honest.merge(times_in(home.read(talk->log())));
  }
  honest.insert(kWatching.value);
  for (const auto time : std::set<int64_t>(honest)) {
    honest.insert(whole_second(time));
  }
  const auto files = written(home);
  REQUIRE(files.size() >= 3 * std::size(kAgents));
  for (const auto& [path, content] : files) {
    for (const auto time : times_in(content)) {
      INFO(path << " has " << format_rfc3339({time}));
      CHECK(honest.contains(time));
    }
  }
}

}  // namespace

TEST_CASE("P3: no written byte has a time that neither a log nor the live clock gave",
          "[e2e][P3]") {
  Home home;
  std::vector<std::unique_ptr<Talk>> talks;
  for (const auto* agent : kAgents) {
    auto& talk = *talks.emplace_back(std::make_unique<Talk>(home, agent, kLogBegin, "proj", 3));
    talk.user("said long before");
    talk.assistant("answered long before");
  }
  home.stop_clock_at(kWatching);
  {
    const auto daemon = home.start_daemon();
    // Seen for the first time, and older than the daemon: only what is without a time, and live,
    // commands. So the others are made known first.
    for (const auto& talk : talks) {
      talk->assistant("known now");
    }
    REQUIRE(eventually([&] {
      size_t metas = 0;
      for (const auto& entry : fs::directory_iterator(home.path(".kato/sessions"))) {
        metas += entry.path().string().ends_with(".meta.json") ? 1 : 0;
      }
      return metas == talks.size();
    }));
    for (size_t i = 0; i < talks.size(); ++i) {
      talks[i]->user("::capture " + std::string(kAgents[i]) + ".md");
      talks[i]->user("::capture " + std::string(kAgents[i]) + ".jsonl");
      talks[i]->assistant("said live");
    }
    for (const std::string agent : kAgents) {
      REQUIRE(eventually([&] { return home.contains("proj/" + agent + ".md", "said live"); }));
      REQUIRE(eventually([&] { return home.contains("proj/" + agent + ".jsonl", "said live"); }));
    }
    Home::stop(*daemon);
  }
  check_times(home, talks);

  for (const auto& talk : talks) {
    talk->assistant("said while nobody watched");
  }
  home.stop_clock_at(kCatchingUp);
  {
    const auto daemon = home.start_daemon();
    for (const std::string agent : kAgents) {
      for (const auto* extension : {".md", ".jsonl"}) {
        REQUIRE(eventually(
            [&] { return home.contains("proj/" + agent + extension, "while nobody watched"); }));
      }
    }
    Home::stop(*daemon);
  }
  check_times(home, talks);
}

TEST_CASE("P3: a log without times gives headings without times", "[e2e][P3]") {
  const Home home;
  Talk talk(home, "codex-bare", kLogBegin, "proj", 3);
  talk.user("what grows here");
  talk.assistant("beans");
  const auto exported = home.kato({"export", home.path(talk.log()), "-f", "markdown", "-o", "-"});
  REQUIRE(exported.exit_code == 0);
  CHECK(exported.out.find("# User\n\nwhat grows here") != std::string::npos);
  CHECK(exported.out.find("beans") != std::string::npos);
  static const std::regex kTimed(R"(# [^\n]*_\d{4}-\d\d-\d\d)");
  CHECK_FALSE(std::regex_search(exported.out, kTimed));
}
