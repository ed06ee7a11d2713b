// Documents that their client truncates and writes in pieces: what is asked for meanwhile waits.
#include <cerrno>
#include <filesystem>

#include "tests/support/catch.h"
#include "tests/unit/daemon_rig.h"
#include "tests/unit/document_client.h"

using namespace kato;
using kato::test::DaemonRig;
using kato::test::DocumentClient;
using Json = nlohmann::ordered_json;

namespace {

constexpr std::string_view kLog = ".gemini/tmp/meadow/chats/session-2026-11-20T10-00-1a1a1a1a.json";

// One that was there before the daemon, whose client truncates it and writes it in two pieces.
class WrittenInPlace {
 public:
  explicit WrittenInPlace(std::string_view config) {
    rig.configure(config);
    rig.home.write(".gemini/tmp/meadow/.project_root", rig.home / "proj");
    client_.say("said before");
    put(client_.document());
    daemon = rig.working();
  }

  // half: so much of it is there for a while.
  void say(const std::string& text, double half) {
    client_.say(text);
    const auto whole = client_.document();
    put(whole.substr(0, static_cast<size_t>(static_cast<double>(whole.size()) * half)));
    work();
    put(whole);
    work();
  }
  // While nobody looks.
  void type(const std::string& text) {
    client_.say(text);
    put(client_.document());
  }
  // Nothing has been said in it yet.
  void begin_anew() {
    auto json = Json::parse(rig.read(kLog));
    json["messages"] = Json::array();
    rig.home.write(kLog, json.dump());
  }
  // So much of what it holds.
  void begin_writing(double half) {
    const auto whole = rig.read(kLog);
    rig.home.write(kLog,
                   whole.substr(0, static_cast<size_t>(static_cast<double>(whole.size()) * half)));
  }
  void ask(ControlVerb verb, const std::string& destination) {
    const auto session = daemon->status(true).sessions.front().identity.session_id;
    static_cast<void>(rig.ask(
        *daemon, {.verb = verb, .session = session, .destination = rig.home / destination}));
  }
  void work() {
    for (int i = 0; i < 3; ++i) {
      rig.work(*daemon);
      rig.clock.advance(std::chrono::seconds(2));
    }
  }

  DaemonRig rig;
  std::unique_ptr<Daemon> daemon;

 private:
  void put(const std::string& text) {
    rig.home.write(kLog, text);
    written_ += std::chrono::seconds(1);
    std::filesystem::last_write_time(rig.home / kLog, written_);
  }

  DocumentClient client_{1, rig.clock, true};
  std::filesystem::file_time_type written_ = std::filesystem::file_time_type::clock::now();
};

}  // namespace

TEST_CASE("P2: the copy of a document that is written in place has what was before",
          "[daemon][P2]") {
  for (const double half : {0.0, 0.1, 0.5, 0.9}) {
    CAPTURE(half);
    WrittenInPlace document("globalAutoGenerateSnapshots: true");
    document.say("said live", half);
    document.say("::capture talk.jsonl", half);
    const auto captured = document.rig.read("proj/talk.jsonl");
    CHECK(captured.contains("said before"));
    CHECK(captured.contains("said live"));
    CHECK(document.daemon->status(false).degraded.empty());
  }
}

TEST_CASE("P2: what is asked for when a document was just emptied is all of it", "[daemon][P2]") {
  for (const auto verb :
       {ControlVerb::kRecordCapture, ControlVerb::kSnapshotCreate, ControlVerb::kReprocess}) {
    WrittenInPlace document("");
    const auto whole = document.rig.read(kLog);
    document.work();
    const auto session = document.daemon->status(true).sessions.front().identity.session_id;
    document.rig.home.write(kLog, "");
    const auto asked = document.daemon->handle(
        {.verb = verb,
         .session = session,
         .destination =
             verb == ControlVerb::kRecordCapture ? document.rig.home / "proj/talk.jsonl" : ""});
    document.work();
    document.rig.home.write(kLog, whole);
    document.work();
    INFO((asked ? *asked : asked.error().message()));
    const bool is_captured = verb == ControlVerb::kRecordCapture && asked;
    if (!is_captured) {
      document.ask(ControlVerb::kRecordCapture, "proj/talk.jsonl");
      document.work();
    }
    CHECK(document.rig.read("proj/talk.jsonl").contains("said before"));
  }
}

TEST_CASE("P2: what is asked for while a document is half written is all of it", "[daemon][P2]") {
  for (const auto verb : {ControlVerb::kRecordCapture, ControlVerb::kSnapshotCreate}) {
    WrittenInPlace document("");
    const auto whole = document.rig.read(kLog);
    document.rig.home.write(kLog, whole.substr(0, whole.size() / 2));
    document.work();
    const auto session = document.daemon->status(true).sessions.front().identity.session_id;
    const auto asked = document.daemon->handle(
        {.verb = verb,
         .session = session,
         .destination =
             verb == ControlVerb::kRecordCapture ? document.rig.home / "proj/talk.jsonl" : ""});
    document.rig.home.write(kLog, whole);
    document.work();
    document.say("said live", 1);
    INFO((asked ? *asked : asked.error().message()));
    if (verb == ControlVerb::kSnapshotCreate) {
      document.ask(ControlVerb::kRecordCapture, "proj/talk.jsonl");
      document.work();
    }
    CHECK(document.rig.read("proj/talk.jsonl").contains("said before"));
  }
}

TEST_CASE("P10: a recording that a half document kept waiting is begun by the next run",
          "[daemon][P10]") {
  WrittenInPlace document("");
  document.work();
  const auto session = document.daemon->status(true).sessions.front().identity.session_id;
  document.begin_anew();
  const auto whole = document.rig.read(kLog);
  document.work();
  document.rig.home.write(kLog, whole.substr(0, whole.size() / 2));
  static_cast<void>(
      document.rig.ask(*document.daemon, {.verb = ControlVerb::kRecordStart,
                                          .session = session,
                                          .destination = document.rig.home / "proj/talk.md"}));
  CHECK_FALSE(std::filesystem::exists(document.rig.home / "proj/talk.md"));
  document.daemon.reset();
  document.rig.home.write(kLog, whole);
  document.daemon = document.rig.working();
  document.work();
  CHECK(std::filesystem::exists(document.rig.home / "proj/talk.md"));
}

TEST_CASE("P2: what was asked for of a document that is gone before it is whole waits for it",
          "[daemon][P2]") {
  for (const double half : {0.0, 0.5}) {
    CAPTURE(half);
    WrittenInPlace document("");
    document.work();
    document.begin_writing(half);
    document.ask(ControlVerb::kRecordCapture, "proj/talk.jsonl");
    std::filesystem::remove(document.rig.home / kLog);
    document.work();
    CHECK(test::is_degraded(document.daemon->status(false), "talk.jsonl"));
    document.say("said later", 1);
    document.rig.clock.advance(std::chrono::minutes(1));
    document.work();
    CHECK(document.rig.read("proj/talk.jsonl").contains("said before"));
    CHECK(document.rig.read("proj/talk.jsonl").contains("said later"));
    CHECK(document.daemon->status(false).degraded.empty());
  }
}

TEST_CASE(
    "P1, P9: a recording that was stopped before its document was whole leaves nothing behind",
    "[daemon][P1][P9]") {
  const bool comes_back = GENERATE(true, false);
  WrittenInPlace document("");
  const auto whole = document.rig.read(kLog);
  document.work();
  document.begin_writing(0);
  document.ask(ControlVerb::kRecordStart, "proj/talk.md");
  document.ask(ControlVerb::kRecordStop, "proj/talk.md");
  document.daemon.reset();
  if (comes_back) {
    document.rig.home.write(kLog, whole);
  } else {
    std::filesystem::remove(document.rig.home / kLog);
  }
  document.daemon = document.rig.working();
  document.work();
  CHECK_FALSE(document.daemon->due());
  if (comes_back) document.ask(ControlVerb::kSnapshotCreate, "");
  document.work();
  CHECK_FALSE(std::filesystem::exists(document.rig.home / "proj/talk.md"));
  CHECK(document.daemon->status(true).recordings.empty());
}

TEST_CASE(
    "P2: a document is read as one though it cannot be looked at when its session is taken up",
    "[daemon][P2]") {
  WrittenInPlace document("");
  document.work();
  document.begin_writing(0);
  document.ask(ControlVerb::kRecordStart, "proj/talk.jsonl");
  const auto log = document.rig.home / kLog;
  document.rig.files.fault = [&log](test::FileOperation operation, const std::string& path) {
    return operation == test::FileOperation::kInfo && path == log ? EIO : 0;
  };
  document.ask(ControlVerb::kSnapshotRemove, "");
  document.rig.files.fault = {};
  document.work();
  document.say("said since", 1);
  document.rig.clock.advance(std::chrono::minutes(1));
  document.work();
  document.ask(ControlVerb::kRecordCapture, "proj/all.jsonl");
  document.work();
  CHECK(document.rig.read("proj/all.jsonl").contains("said before"));
  CHECK(document.rig.read("proj/talk.jsonl").contains("said since"));
}

TEST_CASE("P2: ids that are damaged before anything was known let nothing pass for known",
          "[daemon][P2]") {
  WrittenInPlace document("");
  document.daemon.reset();
  const auto state = document.rig.home / "state";
  std::filesystem::remove_all(state);
  document.begin_writing(0.5);
  document.daemon = document.rig.working();
  document.daemon.reset();
  std::string meta;
  for (const auto& entry : std::filesystem::directory_iterator(state + "/sessions")) {
    const auto name = entry.path().filename().string();
    const auto end = name.find(".meta.json");
    if (end == std::string::npos) continue;
    document.rig.home.write("state/sessions/" + name.substr(0, end) + ".ids",
                            std::string(200, 'x'));
    meta = document.rig.read("state/sessions/" + name);
  }
  REQUIRE(Json::parse(meta)["knownIds"] == 0);
  document.type("typed while Kato was down\n::start talk.md");
  document.daemon = document.rig.working();
  document.work();
  CHECK(document.rig.read("proj/talk.md").contains("typed while Kato was down"));
}
