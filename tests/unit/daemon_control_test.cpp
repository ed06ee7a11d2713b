// What the daemon does when it is asked, and the same without one.
#include <filesystem>

#include "tests/support/catch.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::DaemonRig;
using kato::test::FileOperation;
using kato::test::is_degraded;

namespace {

ControlRequest about(const DaemonRig& rig, ControlVerb verb, std::string destination = {}) {
  return {.verb = verb, .session = rig.session_id(1), .destination = std::move(destination)};
}

}  // namespace

TEST_CASE("a recording is started, captured and stopped from outside", "[control]") {
  DaemonRig rig;
  rig.say(1, "said before");
  const auto daemon = rig.working();
  const auto started =
      rig.ask(*daemon, about(rig, ControlVerb::kRecordStart, rig.home / "proj/from-here.md"));
  CHECK(started["recordings"].size() == 1);
  static_cast<void>(
      rig.ask(*daemon, about(rig, ControlVerb::kRecordCapture, rig.home / "proj/whole.jsonl")));
  rig.say(1, "said after");
  rig.work(*daemon);
  CHECK_FALSE(rig.read("proj/from-here.md").contains("\nsaid before\n"));
  CHECK(rig.read("proj/from-here.md").contains("said after"));
  CHECK(rig.read("proj/whole.jsonl").contains("said before"));
  CHECK(rig.read("proj/whole.jsonl").contains("said after"));
  static_cast<void>(rig.ask(*daemon, about(rig, ControlVerb::kRecordStop)));
  rig.say(1, "unrecorded");
  rig.work(*daemon);
  CHECK_FALSE(rig.read("proj/from-here.md").contains("unrecorded"));
  CHECK_FALSE(rig.read("proj/whole.jsonl").contains("unrecorded"));
}

TEST_CASE("a start that fails leaves its destination to other sessions", "[control]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  std::filesystem::remove(rig.log(1));
  rig.work(*daemon);
  REQUIRE_FALSE(daemon->handle(about(rig, ControlVerb::kRecordStart, rig.home / "proj/notes.md")));
  rig.say(2, "::start notes.md");
  rig.work(*daemon);
  CHECK(rig.read("proj/notes.md").contains("::start notes.md"));
}

TEST_CASE("P5: what the path policy forbids is refused to the command line too", "[control][P5]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  const auto refused =
      daemon->handle(about(rig, ControlVerb::kRecordStart, rig.home / "elsewhere.md"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code() == ErrorCode::kRefused);
}

TEST_CASE("a session that is not known, or not one alone, is an error that says so", "[control]") {
  DaemonRig rig;
  rig.say(1, "hello");
  rig.say(2, "hello");
  const auto daemon = rig.working();
  const auto none = daemon->handle({.verb = ControlVerb::kRecordStart, .session = "zzz"});
  CHECK(none.error().code() == ErrorCode::kNotFound);
  const auto two = daemon->handle({.verb = ControlVerb::kRecordStart, .session = "0000000"});
  CHECK(two.error().code() == ErrorCode::kInvalid);
  CHECK(two.error().message().contains(rig.session_id(1).substr(0, 8)));
  CHECK(daemon->handle({.verb = ControlVerb::kRecordStart}).error().code() == ErrorCode::kInvalid);
}

TEST_CASE("a session is known by the beginning of its id before its first commit too",
          "[control]") {
  DaemonRig rig;
  const auto daemon = rig.working();
  rig.say(1, "hello");
  daemon->look_for_changes();
  const auto id = rig.session_id(1);
  const auto answer = daemon->handle({.verb = ControlVerb::kRecordStart,
                                      .session = id.substr(0, 8),
                                      .destination = rig.home / "proj/talk.md"});
  REQUIRE(answer);
  CHECK(answer->contains(id));
}

TEST_CASE("P4: a copy goes on to hold what its log no longer does, whenever that vanished",
          "[control][P4]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  static_cast<void>(rig.ask(*daemon, about(rig, ControlVerb::kSnapshotCreate)));
  const auto copy = "state/sessions/" + rig.key(1) + ".twin.jsonl";
  const auto before = rig.read(copy);
  std::filesystem::remove(rig.log(1));
  const bool has_seen_it_go = GENERATE(false, true);
  if (has_seen_it_go) rig.work(*daemon);
  static_cast<void>(rig.ask(*daemon, about(rig, ControlVerb::kReprocess)));
  CHECK(rig.read(copy) == before);
}

TEST_CASE("a stop of a recording that is not there is an error, and audited as refused",
          "[control]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  rig.say(1, "::start notes.md");
  rig.work(*daemon);
  const auto stopped =
      daemon->handle(about(rig, ControlVerb::kRecordStop, rig.home / "proj/other.md"));
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().message().contains("other.md"));
  const auto audit = rig.read("state/runtime/logs/security-audit.jsonl");
  const auto line = audit.substr(audit.rfind('\n', audit.size() - 2) + 1);
  INFO(line);
  CHECK(line.contains("\"stop\""));
  CHECK(line.contains("other.md"));
  CHECK(line.contains("\"allowed\":false"));
  CHECK(rig.meta(1).recordings.front().desired == DesiredState::kOn);
}

TEST_CASE("a request that names a session and a log is refused", "[control]") {
  DaemonRig rig;
  rig.say(1, "hello");
  rig.say(2, "hello");
  const auto daemon = rig.working();
  auto request = about(rig, ControlVerb::kRecordStart);
  request.source = rig.log(2);
  const auto refused = daemon->handle(request);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code() == ErrorCode::kInvalid);
  CHECK(refused.error().message().contains(rig.log(2)));
  CHECK(refused.error().message().contains(rig.session_id(1)));
}

TEST_CASE("what a command did outlives a kill right after its answer", "[control][P2]") {
  DaemonRig rig;
  rig.say(1, "hello");
  {
    const auto daemon = rig.working();
    static_cast<void>(rig.ask(*daemon, about(rig, ControlVerb::kRecordStart)));
  }
  CHECK(rig.meta(1).recordings.size() == 1);
}

TEST_CASE("the same code works without a daemon, on a log that the state does not know",
          "[control]") {
  DaemonRig rig;
  rig.say(1, "hello");
  {
    auto alone = rig.make(DaemonPurpose::kOneRequest);
    REQUIRE(alone);
    static_cast<void>(rig.ask(**alone, {.verb = ControlVerb::kRecordCapture,
                                        .source = rig.log(1),
                                        .destination = rig.home / "proj/a.md"}));
    REQUIRE((*alone)->finish());
  }
  CHECK(rig.read("proj/a.md").contains("hello"));
  rig.say(1, "more");
  const auto daemon = rig.working();
  CHECK(rig.read("proj/a.md").contains("more"));
}

TEST_CASE("a request without a daemon begins no run", "[control]") {
  DaemonRig rig;
  REQUIRE(rig.working()->finish());
  const auto before = rig.read("state/runtime/run.json");
  auto alone = rig.make(DaemonPurpose::kOneRequest);
  REQUIRE(alone);
  REQUIRE((*alone)->finish());
  CHECK(rig.read("state/runtime/run.json") == before);
}

TEST_CASE("copies are made, listed and removed by hand, and do not come back alone", "[control]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  static_cast<void>(rig.ask(*daemon, about(rig, ControlVerb::kSnapshotCreate)));
  const auto list = rig.ask(*daemon, {.verb = ControlVerb::kSnapshotList});
  REQUIRE(list.size() == 1);
  CHECK(list[0]["sessionId"] == rig.session_id(1));
  CHECK(std::filesystem::exists(list[0]["path"].get<std::string>()));
  static_cast<void>(rig.ask(*daemon, about(rig, ControlVerb::kSnapshotRemove)));
  CHECK(rig.ask(*daemon, {.verb = ControlVerb::kSnapshotList}).empty());
  rig.say(1, "more");
  rig.work(*daemon);
  CHECK_FALSE(rig.meta(1).twin.exists);
}

TEST_CASE("P6: of a private session no copy is made until that is undone", "[control][P6]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  static_cast<void>(rig.ask(*daemon, about(rig, ControlVerb::kPrivate)));
  CHECK(rig.meta(1).is_private);
  CHECK(daemon->handle(about(rig, ControlVerb::kSnapshotCreate)).error().code() ==
        ErrorCode::kRefused);
  static_cast<void>(rig.ask(*daemon, about(rig, ControlVerb::kUndoPrivate)));
  static_cast<void>(rig.ask(*daemon, about(rig, ControlVerb::kSnapshotCreate)));
  CHECK(rig.meta(1).twin.exists);
}

TEST_CASE("P6: what a request could not remove for a moment is removed later", "[control][P6]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  static_cast<void>(rig.ask(*daemon, about(rig, ControlVerb::kSnapshotCreate)));
  const auto list = rig.ask(*daemon, {.verb = ControlVerb::kSnapshotList});
  const auto copy = list[0]["path"].get<std::string>();
  rig.files.fault = [copy](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kRemove && path == copy ? EIO : 0;
  };
  const auto verb = GENERATE(ControlVerb::kPrivate, ControlVerb::kSnapshotRemove);
  CHECK_FALSE(daemon->handle(about(rig, verb)));
  CHECK(std::filesystem::exists(copy));
  rig.files.fault = {};
  rig.clock.advance(std::chrono::seconds(30));
  rig.work(*daemon);
  CHECK_FALSE(std::filesystem::exists(copy));
}

TEST_CASE("P2: a recording that waits for its destination does so after a refused request too",
          "[control][P2]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  rig.say(1, "::start notes.md");
  rig.work(*daemon);
  rig.files.fault = [](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kAppend && path.ends_with("notes.md") ? EIO : 0;
  };
  rig.say(1, "not yet written");
  rig.work(*daemon);
  const auto removed = daemon->handle(about(rig, ControlVerb::kSnapshotRemove));
  CHECK(removed.error().code() == ErrorCode::kRefused);
  rig.files.fault = {};
  rig.clock.advance(std::chrono::seconds(30));
  rig.work(*daemon);
  CHECK(rig.read("proj/notes.md").contains("not yet written"));
}

TEST_CASE("status tells of recordings: cursor, lag, last write", "[control]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  rig.say(1, "::start notes.md");
  rig.work(*daemon);
  rig.files.fault = [](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kAppend && path.ends_with("notes.md") ? EIO : 0;
  };
  rig.say(1, "not yet written");
  rig.work(*daemon);
  const auto status = rig.ask(*daemon, {.verb = ControlVerb::kStatus, .all = true});
  const auto& recording = status["recordings"][0];
  CHECK(recording["state"] == "on");
  INFO(status.dump());
  CHECK(recording["lag"] > 0);
  CHECK(recording["lastWriteAt"].is_string());
  CHECK(status["daemon"]["running"] == true);
  CHECK(status["counters"]["steps"].get<int>() > 0);
  CHECK(rig.read("state/runtime/status.json").contains("\"running\":true"));
}

TEST_CASE("old sessions and recordings that ended are forgotten, with no file of the user's",
          "[control][clean]") {
  DaemonRig rig;
  rig.say(1, "hello");
  rig.say(2, "hello");
  rig.say(3, "::private");
  {
    const auto daemon = rig.working();
    rig.say(1, "::start notes.md");
    rig.work(*daemon);
    rig.say(1, "::stop");
    rig.say(2, "::start on.md");
    rig.work(*daemon);
    REQUIRE(daemon->finish());
  }
  rig.clock.advance(std::chrono::hours(24 * 40));
  auto alone = rig.make(DaemonPurpose::kOneRequest);
  REQUIRE(alone);
  const CleanRequest request{.sessions_days = 30, .recordings_days = 30, .dry_run = true};
  const auto would = (*alone)->clean(request);
  REQUIRE(would);
  CHECK(would->size() == 2);  // the recording of 1, and the session 1
  CHECK(rig.meta(1).recordings.size() == 1);
  auto done = request;
  done.dry_run = false;
  REQUIRE((*alone)->clean(done));
  REQUIRE((*alone)->finish());
  CHECK_FALSE(std::filesystem::exists(rig.home / ("state/sessions/" + rig.key(1) + ".meta.json")));
  CHECK(rig.meta(2).recordings.size() == 1);
  CHECK(rig.meta(3).is_private);
  CHECK(rig.read("proj/notes.md").contains("::start"));
}

TEST_CASE(
    "a recording that lacks events and whose file was deleted can be forgotten once it is off",
    "[control][clean]") {
  DaemonRig rig;
  rig.say(1, "hello");
  {
    const auto daemon = rig.working();
    rig.say(1, "::start notes.md");
    rig.work(*daemon);
    std::filesystem::remove(rig.home / "proj/notes.md");
    rig.say(1, "more");
    rig.work(*daemon);
    REQUIRE(is_degraded(daemon->status(true), "notes.md"));
    REQUIRE(daemon->finish());
  }
  const CleanRequest request{.sessions_days = {}, .recordings_days = 0, .dry_run = false};
  {
    auto alone = rig.make(DaemonPurpose::kOneRequest);
    REQUIRE(alone);
    REQUIRE((*alone)->clean(request));
    CHECK(rig.meta(1).recordings.size() == 1);
    static_cast<void>(rig.ask(**alone, about(rig, ControlVerb::kRecordStop)));
    REQUIRE((*alone)->clean(request));
    CHECK(rig.meta(1).recordings.empty());
    REQUIRE((*alone)->finish());
  }
  const auto daemon = rig.working();
  CHECK_FALSE(is_degraded(daemon->status(true), "notes.md"));
}

TEST_CASE("status tells of a recording as soon as it is written", "[control]") {
  DaemonRig rig;
  const auto daemon = rig.working();
  rig.say(1, "::start talk.md");
  daemon->work([] { return false; });
  REQUIRE(rig.read("proj/talk.md").contains("::start"));
  auto status = daemon->status(false);
  CHECK(status.sessions.size() == 1);
  CHECK(status.recordings.size() == 1);
  rig.work(*daemon);
  rig.say(1, "::private");
  daemon->work([] { return false; });
  status = daemon->status(false);
  REQUIRE(status.sessions.size() == 1);
  CHECK(status.sessions.front().is_private);
}

TEST_CASE("status says that folders are polled, why, how late news may be and what to do",
          "[control]") {
  DaemonRig rig;
  rig.say(1, "hello");
  bool grants = false;
  rig.make_events = [&grants]() -> Result<std::unique_ptr<FolderEvents>> {
    if (!grants) return fail_errno(EMFILE, "begin to watch folders");
    return make_folder_events();
  };
  const auto daemon = rig.working();
  const auto status = daemon->status(false);
  CHECK(status.watching.watched_folders == 0);
  CHECK(status.watching.polled_folders > 0);
  REQUIRE(status.degraded.size() == 1);
  CHECK(status.degraded[0].what == "watching");
  const auto& cause = status.degraded[0].cause;
  INFO(cause);
  CHECK(cause.contains("Too many open files"));
  CHECK(cause.contains("max_user_instances"));
  CHECK(cause.contains("folders may come 1 s late"));
  CHECK(rig.read("state/runtime/status.json").contains("max_user_instances"));
  grants = true;
  REQUIRE(daemon->handle({.verb = ControlVerb::kReload}));
  rig.work(*daemon);
  CHECK(daemon->status(false).degraded.empty());
}

TEST_CASE("P5: what is relative to a project that is gone is refused, and the project stays gone",
          "[control][P5]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  std::filesystem::remove_all(rig.home / "proj");
  const auto refused =
      daemon->handle(about(rig, ControlVerb::kRecordStart, rig.home / "proj/notes/a.md"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code() == ErrorCode::kRefused);
  CHECK(refused.error().message().contains("is not there"));
  rig.say(1, "::start notes.md");
  rig.work(*daemon);
  CHECK_FALSE(std::filesystem::exists(rig.home / "proj"));
  CHECK(rig.read("state/runtime/logs/security-audit.jsonl").contains("is not there"));
}
