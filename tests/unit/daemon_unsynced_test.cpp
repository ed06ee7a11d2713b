// Destinations that the disk refuses to sync: the promise P2.
#include <cerrno>

#include "host/session/run_mark.h"

#include "tests/support/catch.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::DaemonRig;
using kato::test::FileOperation;

namespace {

// One session that is recorded into proj/talk.md; what comes next cannot be synced there.
struct UnsyncedRig : DaemonRig {
  std::unique_ptr<Daemon> daemon;
  std::string committed;

  UnsyncedRig() {
    say(1, "hello");
    daemon = working();
    say(1, "::start talk.md");
    work(*daemon);
    committed = read("proj/talk.md");
    REQUIRE(committed.contains("::start talk.md"));
    refuse();
    say(1, "what was said then");
    work(*daemon);
    REQUIRE(read("proj/talk.md").contains("what was said then"));
  }

  void refuse() {
    files.fault = [](FileOperation operation, const std::string& path) {
      const bool syncs =
          operation == FileOperation::kSync || operation == FileOperation::kSyncAgain;
      return syncs && path.ends_with("talk.md") ? EIO : 0;
    };
  }
  // The process ends as it is; the machine begins anew.
  void lose_power() {
    daemon.reset();
    auto mark = read("state/runtime/run.json");
    const auto boot = read_boot_id(files);
    REQUIRE(mark.contains(boot));
    mark.replace(mark.find(boot), boot.size(), "another boot");
    home.write("state/runtime/run.json", mark);
  }
  void let_pass() {
    clock.advance(std::chrono::minutes(1));
    work(*daemon);
  }
};

size_t count_of(const std::string& text, std::string_view part) {
  size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("P2: what a destination lost that could not be synced is written again", "[daemon][P2]") {
  UnsyncedRig rig;
  rig.lose_power();
  rig.home.write("proj/talk.md", rig.committed);
  rig.files.fault = {};
  rig.daemon = rig.working();
  CHECK(count_of(rig.read("proj/talk.md"), "what was said then") == 1);
}

TEST_CASE("P2: what stands in a destination that could not be synced is not written again",
          "[daemon][P2]") {
  UnsyncedRig rig;
  const auto whole = rig.read("proj/talk.md");
  const bool with_power = GENERATE(false, true);
  if (with_power) {
    rig.lose_power();
  } else {
    rig.daemon.reset();
  }
  rig.files.fault = {};
  rig.daemon = rig.working();
  CHECK(rig.read("proj/talk.md") == whole);
}

TEST_CASE("P2: a destination that can be synced again is recorded as it is", "[daemon][P2]") {
  UnsyncedRig rig;
  CHECK(rig.meta(1).recordings[0].unsure);
  rig.say(1, "and then");
  rig.work(*rig.daemon);
  CHECK(rig.read("proj/talk.md").contains("and then"));  // a disk that fails holds nothing back
  CHECK(rig.meta(1).recordings[0].unsure);
  rig.files.fault = {};
  rig.let_pass();
  CHECK_FALSE(rig.meta(1).recordings[0].unsure);
  CHECK(lag_of(rig.meta(1).recordings[0], rig.meta(1)) == 0);
}
