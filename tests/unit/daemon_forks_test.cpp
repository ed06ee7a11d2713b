// Conversations that were copied under another name, without a mark, and went on: the history
// belongs to the one that it was copied from.
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/text.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::count_of;
using kato::test::DaemonRig;
using kato::test::FileOperation;

namespace {

constexpr std::string_view kSnapshots = "globalAutoGenerateSnapshots: true\n";

// As the client's --fork-session does it: all that was said, under the other session's name.
void fork(const DaemonRig& rig, int from, int to) {
  constexpr std::chrono::milliseconds kTickOfFileSystem{20};  // its times are no finer
  std::this_thread::sleep_for(kTickOfFileSystem);
  const auto id_of = [&rig](int number) {
    return std::filesystem::path(rig.log(number)).stem().string();
  };
  auto text = rig.read(".claude/projects/-proj/" + id_of(from) + ".jsonl");
  for (size_t at = text.find(id_of(from)); at != std::string::npos; at = text.find(id_of(from))) {
    text.replace(at, id_of(from).size(), id_of(to));
  }
  std::ofstream(rig.log(to), std::ios::binary | std::ios::app) << text;
}

std::vector<std::string> messages(const DaemonRig& rig, int number, bool inherited) {
  std::vector<std::string> texts;
  std::istringstream twin(rig.read("state/sessions/" + rig.key(number) + ".twin.jsonl"));
  for (std::string line; std::getline(twin, line);) {
    const auto event = nlohmann::json::parse(line);
    if (event["kind"] != "user.message" || line.contains("\"inherited\":true") != inherited) {
      continue;
    }
    texts.push_back(event["payload"]["text"]);
  }
  return texts;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("P2: what a fork copied while no daemon ran after a kill commands once",
          "[daemon][P2][forks]") {
  DaemonRig rig;
  const bool is_parent_known = GENERATE(true, false);
  const bool parent_is_newest = GENERATE(true, false);
  CAPTURE(is_parent_known, parent_is_newest);
  // Whichever number comes first in the order of ids.
  const int parent = GENERATE(1, 2);
  const int copy = 3 - parent;
  {
    const auto daemon = rig.working();
    if (is_parent_known) {
      rig.say(parent, "hello");
      rig.work(*daemon);
    }
  }
  if (!is_parent_known) rig.say(parent, "hello");
  rig.say(parent, "please\n::capture");
  rig.say(parent, "done");
  fork(rig, parent, copy);
  rig.say(copy, "the fork goes on");
  if (parent_is_newest) {
    std::filesystem::last_write_time(
        rig.log(parent), std::filesystem::last_write_time(rig.log(copy)) + std::chrono::seconds(5));
  }
  const auto daemon = rig.working();
  CHECK(rig.meta(parent).recordings.size() == 1);
  CHECK(rig.meta(copy).recordings.empty());
}

TEST_CASE("P2: what was said just before a live fork commands once, older forks or not",
          "[daemon][P2][forks]") {
  DaemonRig rig;
  const auto daemon = rig.working();
  const auto once = [] { return [looks = 0]() mutable { return ++looks > 2; }; };
  rig.say(1, "hello two");
  rig.work(*daemon);
  if (GENERATE(true, false)) {
    fork(rig, 1, 2);
    rig.say(2, "an older fork");
    rig.work(*daemon);
  }
  rig.say(1, "again\n::export two.md");
  SECTION("read, and not committed yet") {
    daemon->work(once());
  }
  SECTION("not read yet") {}
  fork(rig, 1, 3);
  rig.say(3, "a fork");
  rig.work(*daemon);
  CHECK(count_of(rig.read("proj/two.md"), "\nhello two") == 1);
}

TEST_CASE("P2: a fork inherits what is known of its parent, and nothing of what is its own",
          "[daemon][P2][forks]") {
  DaemonRig rig;
  rig.configure(kSnapshots);
  auto daemon = rig.working();
  rig.say(1, "one");
  rig.say(1, "two");
  rig.work(*daemon);
  SECTION("with an older fork that went on") {
    fork(rig, 1, 2);
    rig.say(2, "of the older fork");
    rig.work(*daemon);
  }
  SECTION("alone") {}
  rig.say(1, "three");
  rig.work(*daemon);
  fork(rig, 1, 3);
  rig.say(3, "three");
  rig.work(*daemon);
  if (GENERATE(false, true)) {
    daemon.reset();
    daemon = rig.working();
  }
  rig.say(1, "the same in both");
  rig.say(3, "the same in both");
  rig.work(*daemon);
  CHECK(messages(rig, 3, true) == Texts{"one", "two", "three"});
  CHECK(messages(rig, 3, false) == Texts{"three", "the same in both"});
  CHECK(messages(rig, 1, true).empty());
}

TEST_CASE("P2: of logs that are all seen first, only the one that was there first commands",
          "[daemon][P2][forks]") {
  DaemonRig rig;
  const int parent = GENERATE(1, 2, 3);
  const int copy = parent % 3 + 1;
  const int copy_of_copy = copy % 3 + 1;
  const auto daemon = rig.working();
  rig.say(parent, "one\n::export one.md");
  fork(rig, parent, copy);
  rig.say(copy, "two\n::export two.md");
  fork(rig, copy, copy_of_copy);
  rig.say(copy_of_copy, "three\n::export three.md");
  rig.say(parent, "four\n::export four.md");
  rig.work(*daemon);
  const auto texts_in = [&rig](const char* file) {
    const auto text = rig.read(std::string("proj/") + file);
    std::vector<size_t> counts;
    for (const char* words : {"\none", "\ntwo", "\nthree", "\nfour"}) {
      counts.push_back(count_of(text, words));
    }
    return counts;
  };
  using Counts = std::vector<size_t>;
  CHECK(texts_in("one.md") == Counts{1, 0, 0, 0});
  CHECK(texts_in("two.md") == Counts{1, 1, 0, 0});
  CHECK(texts_in("three.md") == Counts{1, 1, 1, 0});
  CHECK(texts_in("four.md") == Counts{1, 0, 0, 1});
}

TEST_CASE("P2: a log is no copy of its fork, though that was read first", "[daemon][P2][forks]") {
  DaemonRig rig;
  rig.configure(kSnapshots);
  const auto daemon = rig.working();
  rig.files.fault = [&](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kOpen && path == rig.log(1) ? EACCES : 0;
  };
  rig.say(1, "one\n::export kept.md");
  fork(rig, 1, 2);
  rig.say(2, "a fork");
  rig.work(*daemon);
  rig.files.fault = {};
  rig.say(1, "two");
  rig.work(*daemon);
  CHECK(messages(rig, 1, true).empty());
  CHECK(messages(rig, 1, false).back() == "two");
  CHECK(count_of(rig.read("proj/kept.md"), "\none") > 0);
}

TEST_CASE("P2: a fork is told from its parent whatever stands before its first message",
          "[daemon][P2][forks]") {
  DaemonRig rig;
  const bool is_long = GENERATE(true, false);
  const auto daemon = rig.working();
  if (is_long) {
    std::ofstream log(rig.log(1), std::ios::binary);
    for (int i = 0; i < 300; ++i) {
      log << R"({"type":"file-history-snapshot","messageId":"m)" << i
          << R"(","snapshot":{"messageId":"m","trackedFileBackups":{},"timestamp":""}})" << '\n';
    }
  }
  rig.say(1, "one");
  rig.work(*daemon);
  if (!is_long) {
    rig.say(2, "the fork's own");
    rig.work(*daemon);
  }
  rig.say(1, "again\n::export kept.md");
  fork(rig, 1, 2);
  rig.say(2, "a fork");
  rig.work(*daemon);
  CHECK(count_of(rig.read("proj/kept.md"), "\none") == 1);
}

TEST_CASE("P2: a fork is told from its parent though the parent's state is damaged",
          "[daemon][P2][forks]") {
  DaemonRig rig;
  {
    const auto daemon = rig.working();
    rig.say(1, "one");
    rig.work(*daemon);
    rig.say(1, "again\n::export kept.md");
    rig.work(*daemon);
  }
  fork(rig, 1, 2);
  rig.say(2, "a fork");
  const std::string suffix = GENERATE(".ids", ".meta.json");
  std::ofstream(rig.home / ("state/sessions/" + rig.key(1) + suffix)) << "damaged";
  const auto daemon = rig.working();
  CHECK(count_of(rig.read("proj/kept.md"), "\none") == 1);
}

TEST_CASE("P2: a command in a fork waits while its parent's disk fails, and for no longer",
          "[daemon][P2][forks]") {
  DaemonRig rig;
  const auto daemon = rig.working();
  rig.say(1, "one");
  rig.work(*daemon);
  const int error = GENERATE(EIO, EACCES);
  const bool is_own = GENERATE(true, false);
  CAPTURE(error, is_own);
  rig.files.fault = [&](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kOpen && path == rig.log(1) ? error : 0;
  };
  rig.say(1, is_own ? "two" : "two\n::export kept.md");
  fork(rig, 1, 2);
  rig.say(1, "the parent goes on");
  rig.say(2, is_own ? "own\n::export kept.md" : "own");
  rig.work(*daemon);
  const auto is_there = [&rig] { return std::filesystem::exists(rig.home / "proj/kept.md"); };
  CHECK(is_there() == (error == EACCES));
  SECTION("it is back") {
    rig.files.fault = {};
    rig.clock.advance(std::chrono::minutes(1));
    rig.work(*daemon);
    CHECK(count_of(rig.read("proj/kept.md"), "\none") == (error == EACCES && !is_own ? 2 : 1));
  }
  SECTION("it stays away") {
    for (int i = 0; i < 10; ++i) {
      rig.clock.advance(std::chrono::seconds(10));
      rig.work(*daemon);
    }
    CHECK(is_there());
  }
}

TEST_CASE("P2: a fork stays silent wherever its first reading is killed", "[daemon][P2][forks]") {
  const bool is_parent_known = GENERATE(true, false);
  // Calls of the file system that the killed run still makes. The killed run began before the
  // command, so its age forbids nothing.
  for (int calls = 0, made = 1; calls < made; calls += 3) {
    CAPTURE(is_parent_known, calls);
    DaemonRig rig;
    rig.configure(kSnapshots);
    {
      const auto daemon = rig.working();
      if (is_parent_known) {
        rig.say(1, "one");
        rig.work(*daemon);
      }
    }
    if (!is_parent_known) rig.say(1, "one");
    rig.say(1, "please\n::capture kept.md");
    rig.say(1, "done");
    fork(rig, 1, 2);
    rig.say(2, "own");
    made = 0;
    if (auto daemon = rig.make()) {
      rig.files.fault = [&](FileOperation, const std::string&) { return ++made > calls ? EIO : 0; };
      (*daemon)->work([looks = 0]() mutable { return ++looks > 50; });
    }
    rig.files.fault = {};
    const auto daemon = rig.working();
    REQUIRE(rig.meta(1).recordings.size() == 1);
    REQUIRE(rig.meta(2).recordings.empty());
    const auto kept = rig.read("proj/kept.md");
    REQUIRE(count_of(kept, "\none") == 1);
    REQUIRE(count_of(kept, "\ndone") == 1);
    rig.say(2, "more");
    rig.work(*daemon);
    CHECK(messages(rig, 2, false).back() == "more");
  }
}
