// The simulated machine: a disk that forgets, and a process that dies.
#include <algorithm>
#include <array>

#include "host/io/files.h"

#include "tests/simulation/sim_file_system.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"

using namespace kato;
using namespace kato::simulation;

namespace {

struct Process {
  test::FakeClock clock;
  SimDisk disk{clock};
  std::unique_ptr<FileSystem> real = make_posix_file_system();
  Machine machine{.disk = disk,
                  .real = *real,
                  .plugin_folder = "/nowhere",
                  .locks = {},
                  .on_write = [](const std::string&) {}};
  SimFileSystem files{machine};

  Process() { disk.put_folder("/d"); }

  std::unique_ptr<File> open(const std::string& path) {
    auto file = files.open(path, OpenMode::kCreateOrAppend);
    REQUIRE(file);
    return std::move(*file);
  }
};

}  // namespace

TEST_CASE("what a failed sync gave up is not on the disk before it is written out again",
          "[simulation]") {
  for (const bool again : {false, true}) {
    Process process;
    const auto file = process.open("/d/a");
    REQUIRE(process.files.sync_folder("/d"));
    REQUIRE(file->append("one"));
    process.files.faults.push_back(
        {.kind = FaultKind::kNoSync, .first = process.files.calls(), .calls = 1, .below = ""});
    CHECK_FALSE(file->sync());
    REQUIRE(file->append("two"));
    REQUIRE((again ? file->sync_again() : file->sync()));
    CHECK(process.disk.content("/d/a") == "onetwo");
    Random random(1);
    process.disk.lose_power(random, PowerLossOrder::kAnyOrder);
    CHECK(process.disk.content("/d/a") == (again ? "onetwo" : std::string(3, '\0') + "two"));
  }
}

TEST_CASE("what was synced survives a power failure, what was not may be torn", "[simulation]") {
  bool was_torn = false;
  bool was_kept = false;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    Process process;
    auto file = process.open("/d/log");
    REQUIRE(file->append("safe"));
    REQUIRE(file->sync());
    REQUIRE(process.files.sync_folder("/d"));
    REQUIRE(file->append("unsafe"));
    Random random(seed);
    process.disk.lose_power(random, PowerLossOrder::kAnyOrder);
    const auto content = process.disk.content("/d/log");
    REQUIRE(content);
    CHECK(std::string("safeunsafe").starts_with(*content));
    CHECK(content->starts_with("safe"));
    was_torn = was_torn || (content->size() > 4 && content->size() < 10);
    was_kept = was_kept || content->size() == 10;
  }
  CHECK(was_torn);
  CHECK(was_kept);
}

TEST_CASE("a file whose folder was not synced may be gone after a power failure", "[simulation]") {
  int gone = 0;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    Process process;
    auto file = process.open("/d/log");
    REQUIRE(file->append("text"));
    REQUIRE(file->sync());
    Random random(seed);
    process.disk.lose_power(random, PowerLossOrder::kAnyOrder);
    gone += process.disk.content("/d/log") ? 0 : 1;
  }
  CHECK(gone > 0);
  CHECK(gone < 40);
}

TEST_CASE("a disk that keeps the order loses nothing older than what it keeps", "[simulation]") {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    Process process;
    auto first = process.open("/d/first");
    auto second = process.open("/d/second");
    REQUIRE(first->append("1"));
    REQUIRE(second->append("2"));
    Random random(seed);
    process.disk.lose_power(random, PowerLossOrder::kByTime);
    if (process.disk.content("/d/second") == "2") CHECK(process.disk.content("/d/first") == "1");
  }
}

TEST_CASE("a process dies in the middle of an append and does nothing more", "[simulation]") {
  Process process;
  auto file = process.open("/d/log");
  process.files.faults.push_back({.kind = FaultKind::kKill,
                                  .first = process.files.calls(),
                                  .calls = 1,
                                  .torn_percent = 50,
                                  .below = {}});
  CHECK_FALSE(file->append("abcdef"));
  CHECK(process.files.is_dead());
  CHECK_FALSE(file->append("more"));
  CHECK_FALSE(process.files.remove("/d/log"));
  CHECK(process.disk.content("/d/log") == "abc");
}

TEST_CASE("a full disk takes a part of an append, and is no longer full later", "[simulation]") {
  Process process;
  auto file = process.open("/d/log");
  process.files.faults.push_back({.kind = FaultKind::kDiskFull,
                                  .first = process.files.calls(),
                                  .calls = 1,
                                  .torn_percent = 50,
                                  .below = {}});
  CHECK_FALSE(file->append("abcd"));
  CHECK(file->append("ef"));
  CHECK(process.disk.content("/d/log") == "abef");
}

TEST_CASE("a link does not lead out of the folder that a file is opened beneath", "[simulation]") {
  Process process;
  process.disk.put("/out/file", "x");
  process.disk.put_link("/d/link", "/out");
  CHECK(process.files.open("/d/link/file", OpenMode::kRead));
  CHECK_FALSE(process.files.open_beneath("/d", "link/file", OpenMode::kRead));
  CHECK_FALSE(process.files.open_beneath("/d", "../out/file", OpenMode::kRead));
}
