// Destinations after kills and full disks: the promises P2 and P5.
#include <cerrno>
#include <functional>

#include "tests/support/catch.h"
#include "tests/support/text.h"
#include "tests/unit/recording_scenarios.h"

using namespace kato;
using kato::test::ask_for_export;
using kato::test::begin;
using kato::test::count_of;
using kato::test::Desk;
using kato::test::FileOperation;
using kato::test::kAll;
using kato::test::kBody;
using kato::test::kExport;
using kato::test::kTitle;
using kato::test::leftovers;
using kato::test::record_on;
using kato::test::without;

namespace {

constexpr uint64_t kMostOperations = 400;

// What a desk is before the run that is killed; what the run does, as often as it is begun.
struct Scenario {
  std::function<void(Desk&)> prepare;
  std::function<Status(Desk&)> act;
};

std::string uninterrupted(const Scenario& scenario) {
  Desk desk;
  scenario.prepare(desk);
  REQUIRE(scenario.act(desk));
  return desk.written();
}

// Kills a run at each of its operations, and each time the next one at each of `second`.
void kill_everywhere(const Scenario& scenario, const std::vector<uint64_t>& second) {
  const auto expected = uninterrupted(scenario);
  for (uint64_t first = 0; first < kMostOperations; ++first) {
    bool killed = false;
    for (const auto later : second) {
      Desk desk;
      scenario.prepare(desk);
      desk.kill_at(first);
      static_cast<void>(scenario.act(desk));
      killed = desk.was_killed();
      desk.restart();
      desk.kill_at(later);
      static_cast<void>(scenario.act(desk));
      desk.restart();
      INFO("killed at operation " << first << ", then at " << later);
      REQUIRE(scenario.act(desk));
      REQUIRE(desk.written() == expected);
      REQUIRE(leftovers(desk).empty());
    }
    if (!killed) return;
  }
  FAIL("the scenario never came to its end");
}

std::vector<uint64_t> every(uint64_t count) {
  std::vector<uint64_t> all;
  all.reserve(count);
  for (uint64_t i = 0; i < count; ++i) {
    all.push_back(i);
  }
  return all;
}

}  // namespace

TEST_CASE("P2: a recording that is killed at any two operations ends as one that was not",
          "[recording][P2]") {
  kill_everywhere({.prepare = begin, .act = record_on}, every(30));
}

TEST_CASE("P2, P5: so does one that gives a note a new head", "[recording][P2][P5]") {
  const Scenario scenario{.prepare =
                              [](Desk& desk) {
                                desk.folder.write("notes/a.txt", "---\nmine\n---\nno end of line");
                                desk.period(0);
                                const auto mark = mark_of(desk.files, desk.folder / "notes/a.txt");
                                desk.recording().after = *mark;
                                REQUIRE(desk.commit());
                              },
                          .act = record_on};
  CHECK(
      uninterrupted(scenario).starts_with("---\nrecorded\nmine\n---\nno end of line\n1 text 1\n"));
  kill_everywhere(scenario, every(30));
}

TEST_CASE("P2: so does a capture that replaces its own file", "[recording][P2]") {
  const Scenario scenario{.prepare =
                              [](Desk& desk) {
                                desk.period(2);
                                REQUIRE(desk.serve());
                                desk.obey("::capture a.txt", 3);
                                REQUIRE(desk.recording().intent);
                                REQUIRE(desk.commit());
                              },
                          .act = record_on};
  CHECK(uninterrupted(scenario).starts_with("# title\n1 text 1\n2 text 2\n"));
  kill_everywhere(scenario, every(30));
}

TEST_CASE("P2: so does one that is served in parts", "[recording][P2]") {
  const auto in_parts = [](Desk& desk) {
    begin(desk);
    desk.part_bytes = 1;
  };
  CHECK(uninterrupted({.prepare = in_parts, .act = record_on}) == kAll);
  kill_everywhere({.prepare = in_parts, .act = record_on}, every(30));
}

TEST_CASE("P2: what is switched off and on before a capture has replaced its file goes on there",
          "[recording][P2]") {
  Desk desk;
  desk.period(2);
  REQUIRE(desk.serve());
  desk.obey("::capture a.txt", 3);
  desk.say(3);
  desk.obey("::stop", 4);
  desk.obey("::start a.txt", 6);
  REQUIRE(desk.recording().intent);
  REQUIRE(desk.serve());
  CHECK(desk.written() == "# title\n1 text 1\n2 text 2\n3 text 3\n4 text 4\n5 text 6\n");
}

TEST_CASE("P2: so does an export, into a new file and into a note", "[recording][P2]") {
  for (const std::string note : {"", "a note", "a note\n"}) {
    const Scenario scenario{.prepare = [&note](Desk& desk) { ask_for_export(desk, note); },
                            .act = [](Desk& desk) { return desk.export_all(); }};
    INFO("into '" << note << "'");
    CHECK(uninterrupted(scenario).ends_with(note.empty() ? kExport : kBody));
    kill_everywhere(scenario, every(20));
  }
}

TEST_CASE("P2, P5: a kill, an edit and a power loss leave an export once and the edit as it is",
          "[recording][P2][P5]") {
  for (const std::string note : {"", "a note", "a note\n"}) {
    for (uint64_t first = 0; first < kMostOperations; ++first) {
      bool killed = false;
      for (uint64_t second = 0; second < 24; ++second) {
        for (const bool lost_power : {false, true}) {
          Desk desk;
          ask_for_export(desk, note);
          desk.kill_at(first);
          static_cast<void>(desk.export_all());
          killed = desk.was_killed();
          desk.restart();
          desk.folder.write("notes/a.txt", desk.written() + "mine\n");
          desk.kill_at(second);
          static_cast<void>(desk.export_all());
          desk.restart(lost_power);
          REQUIRE(desk.export_all());
          INFO("into '" << note << "', killed at " << first << ", then at " << second
                        << (lost_power ? ", then without power" : "") << ":\n"
                        << desk.written());
          REQUIRE(count_of(desk.written(), "mine\n") == 1);
          REQUIRE(without(desk.written(), "mine\n").ends_with(kBody));
          REQUIRE(count_of(without(desk.written(), "mine\n"), kBody) == 1);
        }
      }
      if (!killed) break;
    }
  }
}

TEST_CASE("P2, P5: so do they a recording", "[recording][P2][P5]") {
  for (uint64_t first = 0; first < kMostOperations; ++first) {
    bool killed = false;
    for (uint64_t second = 0; second < 30; ++second) {
      Desk desk;
      begin(desk);
      desk.kill_at(first);
      static_cast<void>(record_on(desk));
      killed = desk.was_killed();
      desk.restart();
      desk.folder.write("notes/a.txt", desk.written() + "mine\n");
      desk.kill_at(second);
      static_cast<void>(record_on(desk));
      desk.restart(true);
      REQUIRE(record_on(desk));
      INFO("killed at " << first << ", then at " << second << ":\n" << desk.written());
      // Into a file with content goes no head.
      const auto text = without(desk.written(), "mine\n");
      REQUIRE((text == kAll || text == kAll.substr(kTitle.size())));
    }
    if (!killed) break;
  }
}

TEST_CASE("P2: an export whose file was removed halfway is written whole", "[recording][P2]") {
  Desk desk;
  ask_for_export(desk, "");
  desk.files.fault = [](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kAppend && path.ends_with("a.txt") ? ENOSPC : 0;
  };
  CHECK_FALSE(desk.export_all());
  desk.files.fault = {};
  REQUIRE(desk.files.remove(desk.folder / "notes/a.txt"));
  REQUIRE(desk.export_all());
  CHECK(desk.written() == kExport);
}

TEST_CASE("P2: a full disk cuts an append, and nothing is doubled later", "[recording][P2]") {
  Desk desk;
  begin(desk);
  REQUIRE(desk.serve());
  desk.say(2);
  for (int attempt = 0; attempt < 3; ++attempt) {
    desk.files.fault = [](FileOperation operation, const std::string& path) {
      return operation == FileOperation::kAppend && path.ends_with("a.txt") ? ENOSPC : 0;
    };
    CHECK_FALSE(desk.serve());
    if (attempt == 1) desk.restart();
  }
  desk.files.fault = {};
  desk.say(1);
  REQUIRE(desk.serve());
  CHECK(desk.written() == "# title\n1 text 1\n2 text 2\n3 text 3\n4 text 4\n5 text 5\n6 text 6\n");
  CHECK_FALSE(desk.recording().unsure);
  CHECK(desk.recording().whole_file);
}

TEST_CASE("a recording reads no more of its file and twin than it has to", "[recording]") {
  Desk desk;
  desk.say(2000);
  begin(desk);
  REQUIRE(desk.serve());
  desk.say(1);
  const auto before = desk.files.counts.read_bytes;
  REQUIRE(desk.serve());
  CHECK(desk.files.counts.read_bytes - before < 10'000);
}
