// A disk that fails for a moment: what was not decided or not done then is done later.
#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <sstream>

#include <fmt/format.h>

#include "host/io/files.h"

#include "tests/support/catch.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::DaemonRig;
using kato::test::FileOperation;

namespace fs = std::filesystem;

namespace {

void let_pass(DaemonRig& rig, Daemon& daemon) {
  rig.files.fault = {};
  rig.clock.advance(std::chrono::seconds(30));
  rig.work(daemon);
}

}  // namespace

TEST_CASE("P2: a log that cannot be looked at for a moment has not vanished", "[daemon][P2]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  rig.say(1, "::start talk.jsonl");
  rig.files.fault = [&rig](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kInfo && path == rig.log(1) ? EIO : 0;
  };
  rig.work(*daemon);
  CHECK(daemon->status(true).watching.missing_sources == 0);
  CHECK_FALSE(daemon->status(false).degraded.empty());
  let_pass(rig, *daemon);
  CHECK(rig.read("proj/talk.jsonl").contains("::start talk.jsonl"));
  CHECK(daemon->status(false).degraded.empty());
}

TEST_CASE("P2: a command is obeyed later whose destination cannot be judged for a moment",
          "[daemon][P2]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  const auto command = GENERATE(as<std::string>(), "::start", "::capture", "::export");
  const auto [failing, place] = GENERATE(table<FileOperation, std::string>({
      {FileOperation::kResolve, "proj/talk.jsonl"},
      {FileOperation::kResolve, "proj"},
      {FileOperation::kInfo, "proj/talk.jsonl"},
  }));
  const auto path = rig.home / place;
  const auto operation = failing;
  rig.files.fault = [operation, path](FileOperation asked, const std::string& of) {
    return asked == operation && of == path ? EMFILE : 0;
  };
  rig.say(1, command + " talk.jsonl");
  rig.work(*daemon);
  CHECK(rig.meta(1).recordings.empty());
  CHECK_FALSE(daemon->status(false).degraded.empty());
  let_pass(rig, *daemon);
  CHECK(rig.read("proj/talk.jsonl").contains(command + " talk.jsonl"));
}

TEST_CASE("P2: a new log that cannot be opened, and then not be looked at, has not vanished either",
          "[daemon][P2]") {
  DaemonRig rig;
  const auto daemon = rig.working();
  rig.say(1, "::start talk.jsonl");
  bool was_opened = false;
  rig.files.fault = [&](FileOperation operation, const std::string& path) {
    if (path != rig.log(1)) return 0;
    was_opened = was_opened || operation == FileOperation::kOpen;
    return was_opened ? EIO : 0;
  };
  rig.work(*daemon);
  rig.clock.advance(std::chrono::seconds(2));
  rig.work(*daemon);
  let_pass(rig, *daemon);
  CHECK(rig.read("proj/talk.jsonl").contains("::start talk.jsonl"));
}

TEST_CASE("P2: an export that waits for its disk is whole though its log was cut meanwhile",
          "[daemon][P2]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  rig.say(1, "::export talk.jsonl");
  const auto log = ".claude/projects/-proj/" + std::string(base_name(rig.log(1)));
  const auto kept = rig.read(log);
  rig.say(1, "gone again");
  rig.files.fault = [](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kAppend && path.ends_with("talk.jsonl") ? EIO : 0;
  };
  rig.work(*daemon);
  rig.home.write(log, kept);
  let_pass(rig, *daemon);
  CHECK(rig.read("proj/talk.jsonl").contains("hello"));
  CHECK(rig.read("proj/talk.jsonl").contains("::export talk.jsonl"));
}

TEST_CASE("P2: an export that waits gets nothing that was said later, though its command is gone",
          "[daemon][P2]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  const auto log = ".claude/projects/-proj/" + std::string(base_name(rig.log(1)));
  const auto kept = rig.read(log);
  rig.say(1, "::export talk.jsonl");
  rig.files.fault = [](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kAppend && path.ends_with("talk.jsonl") ? EIO : 0;
  };
  rig.work(*daemon);
  rig.home.write(log, kept);
  rig.say(1, "said later");
  rig.work(*daemon);
  let_pass(rig, *daemon);
  CHECK(rig.read("proj/talk.jsonl").contains("hello"));
  CHECK_FALSE(rig.read("proj/talk.jsonl").contains("said later"));
  CHECK(rig.meta(1).pending_exports.empty());
}

TEST_CASE("P2: an export whose log is gone before it was written is not called done",
          "[daemon][P2]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  rig.say(1, "::export talk.md");
  rig.files.fault = [](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kAppend && path.ends_with("talk.md") ? EIO : 0;
  };
  rig.work(*daemon);
  const auto kept = rig.read(".claude/projects/-proj/" + std::string(base_name(rig.log(1))));
  fs::remove(rig.log(1));
  let_pass(rig, *daemon);
  CHECK(rig.read("state/exports.jsonl").empty());
  REQUIRE(rig.meta(1).pending_exports.size() == 1);
  CHECK_FALSE(daemon->status(false).degraded.empty());
  // It comes when the log does.
  rig.home.write(".claude/projects/-proj/" + std::string(base_name(rig.log(1))), kept);
  rig.work(*daemon);
  let_pass(rig, *daemon);
  CHECK(rig.read("proj/talk.md").contains("hello"));
  CHECK(rig.meta(1).pending_exports.empty());
}

TEST_CASE("P3: what a document said before the daemon began is not captured later",
          "[daemon][P3]") {
  DaemonRig rig;
  const auto message = [](int number, const std::string& text) {
    return fmt::format(
        R"({{"id":"m{}","timestamp":"2027-02-25T06:13:20.000Z","type":"user","content":"{}"}})",
        number, text);
  };
  const auto write = [&rig](const std::string& messages) {
    rig.home.write(".gemini/tmp/proj/chats/session-2026-02-25T06-13-a0000001.json",
                   R"({"sessionId":"a0000001-5a5a-4000-8000-000000000001","projectHash":"00",)"
                   R"("startTime":"2026-02-25T06:13:20.000Z","messages":[)" +
                       messages + "]}");
  };
  rig.home.write(".gemini/tmp/proj/.project_root", rig.home / "proj");
  write(message(1, "hello"));
  rig.files.fault = [](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kAppend && path.contains(".meta.json") ? EIO : 0;
  };
  const auto daemon = rig.working();
  write(message(1, "hello") + "," + message(2, "::capture talk.jsonl"));
  rig.files.fault = [](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kAppend && path.contains(".twin.jsonl") ? EIO : 0;
  };
  rig.work(*daemon);
  let_pass(rig, *daemon);
  const auto talk = rig.read("proj/talk.jsonl");
  const auto hello = talk.substr(0, talk.find('\n'));
  CHECK(hello.contains("hello"));
  CHECK_FALSE(hello.contains("capturedAt"));
}

TEST_CASE("P2: a file beside a log that cannot be read for a moment is read later",
          "[daemon][P2]") {
  DaemonRig rig;
  const auto daemon = rig.working();
  rig.home.write(".gemini/tmp/proj/.project_root", rig.home / "proj");
  const auto operation = GENERATE(FileOperation::kOpen, FileOperation::kRead);
  rig.files.fault = [operation](FileOperation asked, const std::string& path) {
    return asked == operation && path.ends_with(".project_root") ? EMFILE : 0;
  };
  rig.home.write(".gemini/tmp/proj/chats/session-2026-02-25T06-13-a0000001.jsonl",
                 R"({"sessionId":"a0000001-5a5a-4000-8000-000000000001","projectHash":"00",)"
                 R"("startTime":"2026-02-25T06:13:20.000Z","kind":"main"})"
                 "\n"
                 R"({"id":"m1","timestamp":"2027-02-25T06:13:20.000Z","type":"user",)"
                 R"("content":[{"text":"::start talk.jsonl"}]})"
                 "\n");
  rig.work(*daemon);
  let_pass(rig, *daemon);
  CHECK(rig.read("proj/talk.jsonl").contains("::start talk.jsonl"));
}

TEST_CASE("P1, P10: sessions take turns where there are few handles", "[daemon][P1][P10]") {
  constexpr int kSessions = 40;
  const size_t handles = GENERATE(12U, 30U);
  DaemonRig rig;
  rig.configure("globalAutoGenerateSnapshots: true\n");
  rig.most_handles = handles;
  const auto daemon = rig.working();
  rig.files.fault = [&](FileOperation operation, const std::string&) {
    return operation == FileOperation::kOpen && rig.files.open_files.size() >= handles ? EMFILE : 0;
  };
  for (int number = 1; number <= kSessions; ++number) {
    rig.say(number, fmt::format("::start talk-{}.md", number));
  }
  rig.work(*daemon);
  for (int number = 1; number <= kSessions; ++number) {
    rig.say(number, "and on it goes");
  }
  for (int wait = 0; wait < 60; ++wait) {
    rig.clock.advance(std::chrono::seconds{1});
    rig.work(*daemon);
  }
  for (int number = 1; number <= kSessions; ++number) {
    CAPTURE(number);
    const auto written = rig.read(fmt::format("proj/talk-{}.md", number));
    CHECK(written.contains("and on it goes"));
    CHECK(written.find("and on it goes") == written.rfind("and on it goes"));
  }
  CHECK(daemon->status(true).degraded.empty());
}

TEST_CASE("P2: files have changed place on the disk before the meta says so", "[daemon][P2]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  rig.say(1, "::start talk.jsonl");
  rig.work(*daemon);
  // E: exchange, F: sync of the folder, M: commit.
  std::string order;
  rig.files.fault = [&](FileOperation operation, const std::string& path) {
    if (operation == FileOperation::kRename && path.contains(".kato-new-")) order += 'E';
    if (operation == FileOperation::kSyncFolder && path == rig.home / "proj") order += 'F';
    if (operation == FileOperation::kRename && path.ends_with(".meta.json")) order += 'M';
    return 0;
  };
  rig.say(1, "::capture talk.jsonl");
  rig.work(*daemon);
  CHECK(order.contains("MEFM"));
  CHECK(rig.read("proj/talk.jsonl").contains("hello"));
}

TEST_CASE("what can be looked at again is no longer degraded, in status.json either", "[daemon]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto folder = rig.home / ".claude/projects/-proj";
  rig.files.fault = [&folder](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kList && path == folder ? EACCES : 0;
  };
  const auto daemon = rig.working();
  rig.clock.advance(std::chrono::seconds(30));
  rig.work(*daemon);
  REQUIRE(rig.read("state/runtime/status.json").contains(folder));
  rig.files.fault = {};
  std::filesystem::permissions(folder, std::filesystem::perms(0700));  // an event, as chmod makes
  rig.clock.advance(std::chrono::seconds(30));
  rig.work(*daemon);
  CHECK(daemon->status(false).degraded.empty());
  CHECK_FALSE(rig.read("state/runtime/status.json").contains(folder));
}

TEST_CASE("what was in the way is no longer degraded once it is gone", "[daemon]") {
  DaemonRig rig;
  const std::string folder = rig.home / ".claude/projects/-proj/";
  rig.home.write("elsewhere/.keep", "");
  fs::create_directory_symlink(rig.home / "elsewhere", rig.home / ".claude/projects/link");
  fs::create_directory(folder + "33333333-2222-4333-8444-555555555555.jsonl");
  const auto unreadable = folder + "44444444-2222-4333-8444-555555555555.jsonl";
  rig.home.write(".claude/projects/-proj/44444444-2222-4333-8444-555555555555.jsonl", "{}\n");
  rig.files.fault = [&unreadable](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kOpen && path == unreadable ? EACCES : 0;
  };
  const auto daemon = rig.working();
  CHECK(daemon->status(false).degraded.size() == 3);
  fs::remove(rig.home / ".claude/projects/link");
  fs::remove(folder + "33333333-2222-4333-8444-555555555555.jsonl");
  fs::remove(unreadable);
  rig.work(*daemon);
  CHECK(daemon->status(false).degraded.empty());
}

TEST_CASE("P2: an export stands in the history once, though a kill came before its commit",
          "[daemon][P2]") {
  DaemonRig rig;
  rig.say(1, "hello");
  {
    const auto daemon = rig.working();
    bool is_dead = false;
    rig.files.fault = [&is_dead](FileOperation operation, const std::string& path) {
      const int error = is_dead ? EIO : 0;
      is_dead = is_dead || (operation == FileOperation::kAppend && path.ends_with("exports.jsonl"));
      return error;
    };
    rig.say(1, "::export talk.md");
    rig.work(*daemon);
    REQUIRE(is_dead);
  }
  rig.files.fault = {};
  const auto daemon = rig.working();
  CHECK(rig.meta(1).pending_exports.empty());
  const auto lines = [&rig] { return std::ranges::count(rig.read("state/exports.jsonl"), '\n'); };
  CHECK(lines() == 1);
  rig.say(1, "::export talk.md");  // another one
  rig.work(*daemon);
  CHECK(lines() == 2);
}

TEST_CASE(
    "a destination that is gone is told once, with what to do, and not while it is away only "
    "for a moment",
    "[daemon]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  rig.say(1, "::start talk.md");
  rig.work(*daemon);
  const auto warnings = [&rig] {
    std::istringstream log(rig.read("state/runtime/logs/operational.jsonl"));
    std::vector<std::string> found;
    for (std::string line; std::getline(log, line);) {
      if (line.contains("\"warn\"")) found.push_back(line);
    }
    return found;
  };
  const auto talk = rig.home / "proj/talk.md";
  std::filesystem::rename(talk, talk + ".away");
  rig.say(1, "said meanwhile");
  daemon->work([] { return false; });
  CHECK(warnings().empty());
  for (int rounds = 0; rounds < 10; ++rounds) {
    rig.work(*daemon);
  }
  REQUIRE(warnings().size() == 1);
  CHECK(warnings()[0].contains(talk));
  CHECK(warnings()[0].contains("::start"));
  const auto status = daemon->status(false);
  REQUIRE(status.degraded.size() == 1);
  CHECK(status.degraded[0].cause.contains("::start"));
  std::filesystem::rename(talk + ".away", talk);
  rig.clock.advance(std::chrono::minutes(1));
  rig.work(*daemon);
  CHECK(daemon->status(false).degraded.empty());
  CHECK(rig.read("proj/talk.md").contains("said meanwhile"));
}

TEST_CASE("a log that is cut whenever it is read is degraded, and read once it stays", "[daemon]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  rig.say(1, "::start talk.md");
  const auto log = ".claude/projects/-proj/" + std::string(base_name(rig.log(1)));
  const auto whole = rig.read(log);
  rig.files.fault = [&](FileOperation operation, const std::string& path) {
    if (path != rig.log(1)) return 0;
    if (operation == FileOperation::kOpen) rig.home.write(log, whole);
    if (operation == FileOperation::kRead) fs::resize_file(path, whole.size() / 2);
    return 0;
  };
  for (int rounds = 0; rounds < 4; ++rounds) {
    rig.work(*daemon);
  }
  const auto status = daemon->status(false);
  REQUIRE(status.degraded.size() == 1);
  CHECK(status.degraded[0].cause.contains("whenever it is read"));
  rig.files.fault = {};
  rig.home.write(log, whole);
  let_pass(rig, *daemon);
  CHECK(daemon->status(false).degraded.empty());
  CHECK(rig.read("proj/talk.md").contains("::start"));
}

TEST_CASE("P2: what was written from a copy that was made late is known again after a kill",
          "[daemon][P2]") {
  DaemonRig rig;
  rig.home.write("state/kato.yaml", "schemaVersion: 1\ndurability: interval\n");
  rig.say(1, "hello");
  auto daemon = rig.working();
  rig.say(1, "::start talk.jsonl");
  rig.work(*daemon);
  rig.ask(*daemon, {.verb = ControlVerb::kSnapshotRemove, .session = rig.session_id(1)});
  rig.say(1, "said live");
  daemon->work([] { return false; });
  rig.say(1, "said live, too");
  daemon->work([] { return false; });
  const auto before = rig.read("proj/talk.jsonl");
  REQUIRE(before.contains("said live, too"));
  daemon.reset();  // killed before the commit
  daemon = rig.working();
  CHECK(rig.read("proj/talk.jsonl") == before);
}

TEST_CASE("what is refused is logged with the session and the reason", "[daemon]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  rig.say(1, "::start talk.md and more");
  rig.work(*daemon);
  const auto log = rig.read("state/runtime/logs/operational.jsonl");
  CHECK(log.contains("session " + rig.session_id(1).substr(0, 8) + ": start: refused: line 1"));
}

TEST_CASE("an export that cannot be written is told as an export", "[daemon]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  rig.files.fault = [](kato::test::FileOperation operation, const std::string& path) {
    const bool is_export = path.ends_with("copy.md");
    return operation == kato::test::FileOperation::kAppend && is_export ? ENOSPC : 0;
  };
  rig.say(1, "::export copy.md");
  rig.work(*daemon);
  const auto status = daemon->status(false);
  REQUIRE(status.degraded.size() == 1);
  CHECK(status.degraded[0].what.starts_with("export of session " + rig.session_id(1).substr(0, 8) +
                                            " to "));
  rig.files.fault = {};
  rig.clock.advance(std::chrono::minutes(1));
  rig.work(*daemon);
  CHECK(daemon->status(false).degraded.empty());
}
