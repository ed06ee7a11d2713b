// What the daemon keeps over restarts, and what it does not trust.
#include <filesystem>
#include <fstream>

#include "tests/support/catch.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::DaemonRig;
using kato::test::FileOperation;
using kato::test::is_degraded;

namespace {

constexpr uint64_t kMegabyte = uint64_t{1} << 20;

// Opens of logs and of files of sessions, from here on.
class OpenCount {
 public:
  explicit OpenCount(DaemonRig& rig) : rig_(rig) {
    rig_.files.fault = [this](FileOperation operation, const std::string& path) {
      if (operation == FileOperation::kOpen &&
          (path.contains("/.claude/") || path.contains("/sessions/"))) {
        opened.push_back(path);
      }
      return 0;
    };
  }
  ~OpenCount() { rig_.files.fault = {}; }
  OpenCount(const OpenCount&) = delete;
  OpenCount& operator=(const OpenCount&) = delete;
  OpenCount(OpenCount&&) = delete;
  OpenCount& operator=(OpenCount&&) = delete;

  std::vector<std::string> opened;

 private:
  DaemonRig& rig_;
};

}  // namespace

TEST_CASE("a restart opens nothing of a session that did not change", "[daemon]") {
  DaemonRig rig;
  for (int i = 1; i <= 20; ++i) {
    rig.say(i, "hello");
  }
  {
    const auto daemon = rig.working();
    REQUIRE(daemon->finish());
  }
  const OpenCount opens(rig);
  const auto daemon = rig.working();
  CHECK(opens.opened.empty());
  CHECK(daemon->status(true).sessions.size() == 20);
}

TEST_CASE("after a kill too, once all is committed", "[daemon]") {
  DaemonRig rig;
  for (int i = 1; i <= 20; ++i) {
    rig.say(i, "hello");
  }
  static_cast<void>(rig.working());  // killed
  const OpenCount opens(rig);
  const auto daemon = rig.working();
  for (const auto& path : opens.opened) {
    CHECK(path.ends_with(".meta.json"));  // of those that the index does not know yet
  }
}

TEST_CASE("a session that was killed before its commit is taken up again", "[daemon][P2]") {
  DaemonRig rig;
  rig.say(1, "hello");
  {
    const auto daemon = rig.working();
    rig.say(1, "::start notes.md");
    daemon->work([] { return false; });  // not committed: no second has passed
  }
  const auto daemon = rig.working();
  CHECK(rig.read("proj/notes.md").contains("::start"));
}

TEST_CASE("an index that is gone, damaged or older than the metas is made again", "[daemon]") {
  DaemonRig rig;
  rig.say(1, "hello");
  {
    const auto daemon = rig.working();
    REQUIRE(daemon->finish());
  }
  const auto spoil = GENERATE("gone", "damaged", "no marks");
  if (spoil == std::string_view("gone")) {
    std::filesystem::remove(rig.home / "state/daemon-control.json");
  }
  if (spoil == std::string_view("damaged")) rig.home.write("state/daemon-control.json", "{\"sch");
  if (spoil == std::string_view("no marks")) {
    std::filesystem::remove(rig.home / "state/runtime/owing.log");
  }
  const auto daemon = rig.working();
  const auto status = daemon->status(true);
  REQUIRE(status.sessions.size() == 1);
  CHECK(status.sessions[0].event_count == 1);
  CHECK(status.degraded.empty());
}

TEST_CASE("P7: a meta that is not understood is left alone, with its session", "[daemon][P7]") {
  DaemonRig rig;
  rig.say(1, "hello");
  rig.say(2, "hello");
  {
    const auto daemon = rig.working();
    REQUIRE(daemon->finish());
  }
  const auto name = "state/sessions/" + rig.key(1) + ".meta.json";
  const std::string spoilt = GENERATE("{\"schemaVersion\":1,", "{\"schemaVersion\":99}");
  rig.home.write(name, spoilt);
  rig.say(1, "more");
  rig.say(2, "::start notes.md");
  const auto daemon = rig.working();
  CHECK(rig.read(name) == spoilt);
  CHECK(rig.read("proj/notes.md").contains("::start"));
  const auto status = daemon->status(true);
  CHECK(is_degraded(status, rig.session_id(1).substr(0, 8)));
  CHECK_FALSE(is_degraded(status, rig.session_id(2).substr(0, 8)));
}

TEST_CASE("P7: an index of a newer schema stops the daemon, and is not touched", "[daemon][P7]") {
  DaemonRig rig;
  {
    const auto daemon = rig.working();
    REQUIRE(daemon->finish());
  }
  const std::string newer = "{\"schemaVersion\":99,\"sessions\":[\n],\"count\":0}\n";
  rig.home.write("state/daemon-control.json", newer);
  const auto daemon = rig.make();
  REQUIRE_FALSE(daemon);
  CHECK(daemon.error().code() == ErrorCode::kUnsupported);
  CHECK(daemon.error().message().contains("move it away"));
  CHECK(rig.read("state/daemon-control.json") == newer);
}

TEST_CASE("P7: the state directory of another user is refused", "[daemon][P7]") {
  DaemonRig rig;
  REQUIRE(rig.working()->finish());
  rig.user_id = 4'000'000;
  const auto daemon = rig.make();
  REQUIRE_FALSE(daemon);
  CHECK(daemon.error().code() == ErrorCode::kRefused);
  CHECK(daemon.error().message().contains("another user"));
}

TEST_CASE("a disk that is full or read-only refuses the daemon, by name", "[daemon][P7]") {
  DaemonRig rig;
  const int error = GENERATE(ENOSPC, EROFS);
  rig.files.fault = [error](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kRename && path.contains("/state/") ? error : 0;
  };
  const auto daemon = rig.make();
  REQUIRE_FALSE(daemon);
  CHECK(daemon.error().message().contains("state/"));
}

TEST_CASE("a renamed folder does not end the capture", "[daemon]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  rig.say(1, "::start notes.md");
  rig.work(*daemon);
  const auto renamed = rig.home / ".claude/projects/-renamed";
  std::filesystem::rename(rig.home / ".claude/projects/-proj", renamed);
  rig.work(*daemon);
  const auto moved = renamed + "/" + std::filesystem::path(rig.log(1)).filename().string();
  std::filesystem::create_directory(rig.home / ".claude/projects/-proj");
  rig.say(1, "after");  // into the old place: taken from there to the new one
  std::ofstream(moved, std::ios::app) << std::ifstream(rig.log(1)).rdbuf();
  std::filesystem::remove(rig.log(1));
  rig.work(*daemon);
  const auto notes = rig.read("proj/notes.md");
  CHECK(notes.contains("after"));
  CHECK(notes.find("::start") == notes.rfind("::start"));
}

TEST_CASE("P2: an empty newer file of a session does not end the reading of the one that grows",
          "[daemon][P2]") {
  DaemonRig rig;
  const std::string chats = ".gemini/tmp/proj/chats/session-2026-11-20T09-0";
  const std::string head =
      R"({"sessionId":"9d2f4b1c-0000-4000-8000-000000000001","projectHash":"proj",)"
      R"("startTime":"2026-11-20T09:00:00.000Z","lastUpdated":"2026-11-20T09:00:00.000Z",)"
      R"("kind":"main"})"
      "\n";
  const auto said = [](std::string_view id, std::string_view text) {
    return R"({"id":")" + std::string(id) + R"(","timestamp":"2026-11-20T09:00:01.000Z",)" +
           R"("type":"user","content":[{"text":")" + std::string(text) + R"("}]})" + "\n";
  };
  const auto first = rig.home.write(chats + "0-9d2f4b1c.jsonl", head);
  std::filesystem::create_directories(rig.home / "proj");
  const auto daemon = rig.working();
  const auto grow = [&](const std::string& line) {
    std::ofstream(first, std::ios::app) << line;
    rig.work(*daemon);
  };
  grow(said("m1", "hello"));
  rig.home.write(chats + "1-9d2f4b1c.jsonl", head);
  rig.work(*daemon);
  const auto destination = rig.home / "state/recordings/talk.md";
  grow(said("m2", "::capture " + destination));
  CHECK(rig.read("state/recordings/talk.md").contains("hello"));
}

TEST_CASE("P9: a log that is the only one of its session is asked once whose it is",
          "[daemon][P9]") {
  DaemonRig rig;
  const auto log =
      rig.home.write(".gemini/tmp/proj/chats/session-2026-11-20T09-00-9d2f4b1c.jsonl",
                     R"({"sessionId":"9d2f4b1c-0000-4000-8000-000000000001","projectHash":"proj",)"
                     R"("startTime":"2026-11-20T09:00:00.000Z","kind":"main"})"
                     "\n");
  const auto daemon = rig.working();
  int opened = 0;
  rig.files.fault = [&](FileOperation operation, const std::string& path) {
    if (operation == FileOperation::kOpen && path == log) ++opened;
    return 0;
  };
  constexpr int kRecords = 5;
  for (int i = 0; i < kRecords; ++i) {
    std::ofstream(log, std::ios::app) << R"({"id":"m)" << i << R"(","type":"user","content":"x"})"
                                      << "\n";
    rig.work(*daemon);
  }
  CHECK(opened == kRecords);
}

TEST_CASE("a source that vanishes is noted, and its session stays", "[daemon]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  const auto* const what = GENERATE("log", "folder");
  const auto folder = rig.home / ".claude/projects/-proj";
  if (what == std::string_view("log")) {
    std::filesystem::remove(rig.log(1));
  } else {
    std::filesystem::rename(folder, rig.home / "elsewhere");
  }
  rig.work(*daemon);
  const auto status = daemon->status(true);
  CHECK(status.watching.missing_sources == 1);
  CHECK(status.sessions.size() == 1);
}

TEST_CASE("a log that cannot be read for a while is read later", "[daemon]") {
  DaemonRig rig;
  const int error = GENERATE(EIO, EMFILE);
  rig.files.fault = [error](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kOpen && path.contains("/.claude/") ? error : 0;
  };
  rig.say(1, "hello");
  const auto daemon = rig.working();
  CHECK(is_degraded(daemon->status(false), rig.log(1)));
  rig.files.fault = {};
  rig.clock.advance(std::chrono::seconds(30));
  rig.work(*daemon);
  CHECK(daemon->status(true).sessions.size() == 1);
  CHECK(daemon->status(false).degraded.empty());
}

TEST_CASE("P9: beyond its memory the daemon reads nothing old, and goes on with what is live",
          "[daemon][P9]") {
  DaemonRig rig;
  rig.configure("daemonMaxMemoryMb: 64\n");
  rig.say(1, "old");
  rig.resident_bytes = 65 * kMegabyte;
  const auto daemon = rig.working();
  CHECK(daemon->status(true).sessions.empty());
  CHECK(is_degraded(daemon->status(false), "memory"));
  rig.say(2, "new");
  rig.work(*daemon);
  CHECK(daemon->status(true).sessions.size() == 1);
  rig.resident_bytes = 10 * kMegabyte;
  rig.work(*daemon);
  CHECK(daemon->status(true).sessions.size() == 2);
  CHECK_FALSE(is_degraded(daemon->status(false), "memory"));
}

TEST_CASE("P9: nothing is due while nothing happens", "[daemon][P9]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  CHECK_FALSE(daemon->due());
}

TEST_CASE("bytes that were read once are not read again at each append", "[daemon][P9]") {
  DaemonRig rig;
  rig.say(1, std::string(100'000, 'a'));
  const auto daemon = rig.working();
  rig.say(1, "first");
  rig.work(*daemon);
  const auto before = rig.files.counts.read_bytes;
  const auto size = std::filesystem::file_size(rig.log(1));
  for (int i = 0; i < 20; ++i) {
    rig.say(1, std::string(5'000, 'b'));
    rig.work(*daemon);
  }
  const auto appended = std::filesystem::file_size(rig.log(1)) - size;
  // Of what was there only the head is looked at, to know the file again.
  CHECK(rig.files.counts.read_bytes - before < appended + 120'000);
}
