// Destinations that somebody writes anew while they are read: they are whole before and after, but
// one read comes short.
#include <functional>

#include "tests/support/catch.h"
#include "tests/unit/recording_scenarios.h"

using namespace kato;
using kato::test::ask_for_export;
using kato::test::begin;
using kato::test::Desk;
using kato::test::kAll;
using kato::test::kExport;
using kato::test::kTitle;
using kato::test::record_on;
using kato::test::without;

namespace {

constexpr int kMostReads = 60;
constexpr uint64_t kMostOperations = 400;

// Lets the nth read of the destination come short. True if there was one.
bool cut_nth_read(Desk& desk, int nth, const std::function<Status(Desk&)>& act) {
  int reads = 0;
  desk.files.cuts_read = [&](const std::string& path) {
    return path.ends_with("/a.txt") && reads++ == nth;
  };
  static_cast<void>(act(desk));
  desk.files.cuts_read = {};
  return reads > nth;
}

// A run is killed at each of its operations; of the next one each read comes short once.
void cut_every_read(const std::function<void(Desk&)>& prepare,
                    const std::function<Status(Desk&)>& act, std::string_view expected) {
  const bool lost_power = GENERATE(false, true);
  for (uint64_t operation = 0; operation < kMostOperations; ++operation) {
    bool killed = false;
    bool was_cut = true;
    for (int nth = 0; was_cut; ++nth) {
      REQUIRE(nth < kMostReads);
      Desk desk;
      prepare(desk);
      desk.kill_at(operation);
      static_cast<void>(act(desk));
      killed = desk.was_killed();
      desk.restart(lost_power);
      was_cut = cut_nth_read(desk, nth, act);
      INFO("killed at operation " << operation << (lost_power ? " without power" : "")
                                  << ", and read " << nth << " came short");
      REQUIRE(act(desk));
      REQUIRE(without(desk.written(), "recorded\n") == expected);  // a head may stay as it is
    }
    if (!killed) return;
  }
  FAIL("the scenario never came to its end");
}

}  // namespace

TEST_CASE("P2: a recording whose file is written anew while it is read doubles nothing",
          "[recording][P2]") {
  cut_every_read(begin, record_on, kAll);
}

TEST_CASE("P2: nor does an export", "[recording][P2]") {
  cut_every_read([](Desk& desk) { ask_for_export(desk, ""); },
                 [](Desk& desk) { return desk.export_all(); }, kExport);
}

TEST_CASE("P2: nor does a recording below a head that is renewed", "[recording][P2]") {
  const auto prepare = [](Desk& desk) {
    desk.folder.write("notes/a.txt", "---\nmine\n---\nno end of line");
    desk.period(0);
    desk.recording().after = *mark_of(desk.files, desk.folder / "notes/a.txt");
    REQUIRE(desk.commit());
  };
  cut_every_read(prepare, record_on,
                 "---\nmine\n---\nno end of line\n" + std::string(kAll.substr(kTitle.size())));
}
