// The simulator itself: histories that repeat, an oracle that notices, and a daemon that is found
// out.
#include <algorithm>
#include <array>
#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tests/simulation/campaign.h"
#include "tests/simulation/late_capture.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/seed_limit.h"
#include "tests/simulation/tokens.h"
#include "tests/support/catch.h"
#include "tests/support/places.h"

using namespace kato;
using namespace kato::simulation;

namespace {

WorldInput world_input(Breakage breakage = Breakage::kNone) {
  return {.plugin_folder = test::binary_dir() + "/lib/kato/plugins", .breakage = breakage};
}

// A history in which one session is recorded.
History recorded_talk() {
  History history;
  history.seed = 12;  // the first agent writes lines with times
  const auto talk = [&history](uint32_t what) {
    history.steps.push_back({.kind = StepKind::kTalk, .who = 0, .what = what, .fault = {}});
    history.steps.push_back({.kind = StepKind::kSettle, .fault = {}});
  };
  history.steps.push_back({.kind = StepKind::kStart, .fault = {}});
  talk(0);  // ::start
  talk(21);
  talk(22);
  return history;
}

constexpr const char* kRecording = "/home/ada/p0/notes/s0-a.md";

bool is_blamed(World& world, std::string_view promise) {
  const auto judgement = judge(world);
  return std::ranges::any_of(judgement.violations, [&](const std::string& violation) {
    return violation.starts_with(promise);
  });
}

// Whether one of the seeds fails that does not fail on a machine that keeps its word.
bool is_found_out(Breakage breakage, uint64_t last_seed) {
  for (uint64_t seed = 1; seed <= last_seed; ++seed) {
    const auto history = make_history(seed, {.steps = 60, .without = {}});
    if (run_history(world_input(breakage), history).violations.empty()) continue;
    if (run_history(world_input(), history).violations.empty()) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a seed repeats its run call by call", "[simulation]") {
  const auto history = make_history(11, {.steps = 60, .without = {}});
  World one(world_input(), history);
  World other(world_input(), history);
  one.play();
  other.play();
  CHECK(one.calls() == other.calls());
  CHECK(recordings_of(one) == recordings_of(other));
}

TEST_CASE("the oracle accepts what is right", "[simulation]") {
  const auto history = recorded_talk();
  World world(world_input(), history);
  world.play();
  CHECK(judge(world).violations.empty());
  CHECK(find_tokens(world.disk().content(kRecording).value_or("")).size() >= 6);
}

TEST_CASE("what is asked for at the command line begins behind what was said", "[simulation]") {
  constexpr uint32_t kStartIt = 1;
  constexpr uint32_t kReloadIt = 9;
  History history;
  history.seed = 12;
  history.steps = {
      {.kind = StepKind::kStart, .fault = {}},
      {.kind = StepKind::kTalk, .what = 21, .fault = {}},
      {.kind = StepKind::kSettle, .fault = {}},
      {.kind = StepKind::kRequest, .what = kStartIt, .fault = {}},
      {.kind = StepKind::kRequest, .what = kReloadIt, .fault = {}},
      {.kind = StepKind::kTalk, .what = 22, .fault = {}},
  };
  World world(world_input(), history);
  world.play();
  CHECK(judge(world).violations.empty());
  const auto said = session_tokens(world.disk().content(kRecording).value_or(""));
  CHECK(said == std::vector<std::string>{"t0m6e", "t0m7e"});
}

TEST_CASE("the oracle notices who is recorded into a file that two sessions want", "[simulation]") {
  constexpr uint32_t kStartShared = 30;
  constexpr uint32_t kRequestShared = 49;
  History history;
  history.seed = 12;
  history.sessions = 2;
  const auto add = [&history](StepKind kind, uint32_t who, uint32_t what) {
    history.steps.push_back({.kind = kind, .who = who, .what = what, .fault = {}});
    history.steps.push_back({.kind = StepKind::kSettle, .fault = {}});
  };
  add(StepKind::kStart, 0, 0);
  add(StepKind::kTalk, 0, kStartShared);
  add(StepKind::kTalk, 1, kStartShared);
  add(StepKind::kRequest, 1, kRequestShared);
  add(StepKind::kTalk, 1, 21);
  World world(world_input(), history);
  world.play();
  CHECK(judge(world).violations.empty());
  const auto path = world.shared_destination();
  const auto content = *world.disk().content(path);
  REQUIRE(session_tokens(content).front() == "t0m1e");
  SECTION("both are") {
    world.disk().put(path, content + "\nt1m1e\n");
    CHECK(is_blamed(world, "P2"));
  }
  SECTION("the one that came second is") {
    std::string others;
    for (const auto& spoken : world.conversations()[1].spoken) {
      if (!spoken.is_request) others += spoken.token + "\n";
    }
    world.disk().put(path, others);
    CHECK_FALSE(judge(world).violations.empty());
  }
  SECTION("nobody is") {
    world.disk().put(path, "");
    CHECK(is_blamed(world, "P2"));
  }
}

TEST_CASE("the oracle notices an export that lacks a word of a log that is gone", "[simulation]") {
  auto history = recorded_talk();
  history.steps.push_back({.kind = StepKind::kFarewell, .who = 0, .what = 0, .fault = {}});
  World world(world_input(), history);
  world.play();
  CHECK(judge(world).violations.empty());
  CHECK_FALSE(world.disk().content(world.conversations()[0].log.path()));
  const std::string path = "/home/ada/p0/notes/s0-x.md";
  auto content = world.disk().content(path).value_or("");
  REQUIRE_FALSE(session_tokens(content).empty());
  content.replace(find_tokens(content).front().offset, 1, "x");
  world.disk().put(path, content);
  CHECK(is_blamed(world, "P2"));
}

TEST_CASE("the oracle notices an event that is missing, doubled or moved", "[simulation]") {
  const auto history = recorded_talk();
  World world(world_input(), history);
  world.play();
  const auto content = *world.disk().content(kRecording);
  const auto tokens = find_tokens(content);
  REQUIRE(tokens.size() >= 6);
  auto changed = content;
  const auto& last = tokens.back();
  SECTION("missing") {
    changed.erase(last.offset, last.token.size());
  }
  SECTION("doubled") {
    changed += "\n" + last.token + "\n";
  }
  SECTION("moved") {
    const auto& before = tokens[tokens.size() - 2];
    changed.replace(last.offset, last.token.size(), before.token);
    changed.replace(before.offset, before.token.size(), last.token);
  }
  world.disk().put(kRecording, changed);
  CHECK(is_blamed(world, "P2"));
}

TEST_CASE("the oracle notices a daemon that does not come to rest", "[simulation]") {
  const auto history = recorded_talk();
  auto input = world_input();
  input.most_calls_at_once = 20;
  World world(input, history);
  world.play();
  CHECK(is_blamed(world, "P9"));
}

TEST_CASE("a seed that never ends, and makes no call, is named", "[simulation]") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    const SeedLimit limit(4711, 1);
    volatile bool goes_on = true;
    while (goes_on) {
    }
  }
  ::close(ends[1]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 1));
  std::string told(256, '\0');
  const auto got = ::read(ends[0], told.data(), told.size());
  ::close(ends[0]);
  REQUIRE(got > 0);
  CHECK(told.starts_with("seed 4711 FAILED: it does not end"));
}

TEST_CASE("the oracle notices an invented time", "[simulation]") {
  const auto history = recorded_talk();
  World world(world_input(), history);
  world.play();
  auto content = *world.disk().content(kRecording);
  const auto at = content.find("# User_2026-");
  REQUIRE(at != std::string::npos);
  content[at + 9] = '7';  // 2027
  world.disk().put(kRecording, content);
  CHECK(is_blamed(world, "P3"));
}

TEST_CASE("the oracle notices that a person's file was changed", "[simulation]") {
  const auto history = recorded_talk();
  World world(world_input(), history);
  world.play();
  world.disk().put("/home/ada/p0/README.md", "changed");
  CHECK(is_blamed(world, "P5"));
}

TEST_CASE("the oracle notices what cannot be captured or exported when the logs are gone",
          "[simulation]") {
  const auto history = recorded_talk();
  World world(world_input(), history);
  world.play();
  world.drop_logs();
  world.restart();
  SECTION("all is there") {
    CHECK(export_without_logs(world).empty());
    CHECK(capture_without_logs(world).empty());
  }
  SECTION("the twin was changed") {
    auto twin = *world.disk().content(world.twin_of(0));
    twin.replace(find_tokens(twin).back().offset, 1, "x");
    world.disk().put(world.twin_of(0), twin);
    CHECK_FALSE(export_without_logs(world).empty());
    CHECK_FALSE(capture_without_logs(world).empty());
  }
}

TEST_CASE("the oracle notices a copy that lacks what was read without a word", "[simulation]") {
  constexpr uint32_t kSnapshotCreate = 13;
  History history;
  history.seed = 12;
  for (const auto& [kind, what] :
       std::initializer_list<std::pair<StepKind, uint32_t>>{{StepKind::kTalk, 21},
                                                            {StepKind::kTalk, 22},
                                                            {StepKind::kStart, 0},
                                                            {StepKind::kSettle, 0},
                                                            {StepKind::kCut, 1},
                                                            {StepKind::kSettle, 0},
                                                            {StepKind::kRequest, kSnapshotCreate},
                                                            {StepKind::kSettle, 0}}) {
    history.steps.push_back({.kind = kind, .who = 0, .what = what, .fault = {}});
  }
  World world(world_input(), history);
  world.play();
  world.drop_logs();
  auto path = world.twin_of(0);
  path.replace(path.find(".twin.jsonl"), std::string::npos, ".meta.json");
  SECTION("but not if it is told") {
    world.restart();
    CHECK(export_without_logs(world).empty());
    CHECK(capture_without_logs(world).empty());
  }
  SECTION("as the state does not know it") {
    auto meta = nlohmann::ordered_json::parse(*world.disk().content(path));
    REQUIRE(meta["twin"].contains("lostEvents"));
    meta["twin"].erase("lostEvents");
    meta.erase("checksum");
    world.disk().put(path, meta.dump());
    world.restart();
    CHECK_FALSE(export_without_logs(world).empty());
    CHECK_FALSE(capture_without_logs(world).empty());
  }
}

TEST_CASE("the oracle notices a word of a private session in the state", "[simulation]") {
  auto history = recorded_talk();
  history.steps.push_back({.kind = StepKind::kTalk, .who = 0, .what = 20, .fault = {}});
  World world(world_input(), history);
  world.play();
  CHECK(judge(world).violations.empty());
  CHECK_FALSE(world.disk().content(world.twin_of(0)));
  world.disk().put(world.twin_of(0), "t0m1e");
  CHECK(is_blamed(world, "P6"));
}

TEST_CASE("a failing history is shrunk to one that fails in the same way", "[simulation]") {
  const auto input = world_input(Breakage::kMetasAreForgotten);
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const auto history = make_history(seed, {.steps = 30, .without = {}});
    const auto result = run_history(input, history);
    if (result.violations.empty()) continue;
    const auto& violation = result.violations.front();
    const auto shorter = shrink(input, history, violation);
    CHECK(shorter.steps.size() <= history.steps.size());
    const auto again = run_history(input, shorter).violations;
    CHECK(std::ranges::any_of(again, [&](const std::string& other) {
      return other.substr(0, 3) == violation.substr(0, 3);
    }));
    return;
  }
  FAIL("no history fails");
}

TEST_CASE("a daemon without its write journals is found out", "[simulation]") {
  CHECK(is_found_out(Breakage::kJournalsAreGone, 80));
}

TEST_CASE("a daemon whose syncs do nothing is found out", "[simulation]") {
  CHECK(is_found_out(Breakage::kSyncsAreIgnored, 60));
}

TEST_CASE("a daemon whose commits do nothing is found out", "[simulation]") {
  CHECK(is_found_out(Breakage::kMetasAreForgotten, 20));
}
