// Files that stay open from one append to the next, so that it need not begin with opening them.
#include <algorithm>
#include <array>
#include <cerrno>

#include <fmt/format.h>

#include "tests/support/catch.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::DaemonRig;

namespace {

// What an append writes to; a copy stays open as long as its session.
std::array<std::string, 3> files_of(const DaemonRig& rig, int number) {
  return {rig.key(number) + ".ids", rig.key(number) + ".writes", fmt::format("notes{}.md", number)};
}

bool is_open(const DaemonRig& rig, const std::string& end_of_path) {
  return std::ranges::any_of(rig.files.open_files, [&](const std::string& path) {
    return path.ends_with("/" + end_of_path);
  });
}

// Without the time in which a commit would come.
void append(DaemonRig& rig, Daemon& daemon, int number) {
  rig.say(number, "more");
  daemon.work([] { return false; });
}

// Sessions that have some of them open.
int count_open(const DaemonRig& rig, int sessions) {
  int count = 0;
  for (int number = 1; number <= sessions; ++number) {
    const auto files = files_of(rig, number);
    const bool has_some =
        std::ranges::any_of(files, [&rig](const std::string& name) { return is_open(rig, name); });
    count += has_some ? 1 : 0;
  }
  return count;
}

}  // namespace

TEST_CASE("P9: what an append leaves open is closed with its commit", "[daemon][P9]") {
  DaemonRig rig;
  rig.say(1, "::start notes1.md");
  const auto daemon = rig.working();
  append(rig, *daemon, 1);
  for (const auto& name : files_of(rig, 1)) {
    INFO(name);
    CHECK(is_open(rig, name));
  }
  rig.work(*daemon);
  CHECK(count_open(rig, 1) == 0);
}

TEST_CASE("P9: of many sessions at work eight keep files open", "[daemon][P9]") {
  constexpr int kSessions = 12;
  constexpr int kMostOpen = 8;
  DaemonRig rig;
  for (int number = 1; number <= kSessions; ++number) {
    rig.say(number, fmt::format("::start notes{}.md", number));
  }
  const auto daemon = rig.working();
  for (int number = 1; number <= kSessions; ++number) {
    append(rig, *daemon, number);
  }
  CHECK(count_open(rig, kSessions) == kMostOpen);
  rig.work(*daemon);
  CHECK(count_open(rig, kSessions) == 0);
  for (int number = 1; number <= kSessions; ++number) {
    CHECK(rig.read(fmt::format("proj/notes{}.md", number)).contains("more"));
  }
}

TEST_CASE("P9: what is kept open is given up for a destination that lacks a handle alone",
          "[daemon][P9]") {
  DaemonRig rig;
  rig.say(1, "::start notes1.md");
  rig.say(2, "::start notes2.md");
  const auto daemon = rig.working();
  append(rig, *daemon, 1);
  REQUIRE(count_open(rig, 1) == 1);
  rig.files.fault = [](kato::test::FileOperation operation, const std::string& path) {
    const bool opens = operation == kato::test::FileOperation::kOpen;
    return opens && path.ends_with("notes2.md") ? EMFILE : 0;
  };
  append(rig, *daemon, 2);
  CHECK(count_open(rig, 2) == 0);
  rig.files.fault = {};
  rig.clock.advance(std::chrono::seconds(30));
  rig.work(*daemon);
  CHECK(rig.read("proj/notes2.md").contains("more"));
}
