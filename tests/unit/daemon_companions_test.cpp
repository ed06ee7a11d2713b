// What lies beside a log is read when the session is found, perhaps while its client still writes
// it.
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "host/base/time_text.h"
#include "host/event/event_id.h"

#include "tests/support/catch.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::DaemonRig;

namespace {

const std::string kFolder = ".gemini/tmp/meadow/";
const std::string kConversation = "1a1a1a1a-0000-4000-8000-000000000001";

// A conversation in ~/proj, which only the file beside its log names.
struct Talk {
  DaemonRig rig;
  std::string log = kFolder + "chats/session-2026-11-20T10-00-1a1a1a1a.jsonl";
  int messages = 0;

  Talk() {
    rig.home.write(log, R"({"sessionId":")" + kConversation +
                            R"(","projectHash":"00","startTime":")" + now() +
                            R"(","lastUpdated":")" + now() + R"(","kind":"main"})" + "\n");
  }
  [[nodiscard]] std::string now() const { return format_rfc3339(rig.clock.now()); }
  void name_project(std::string_view text) const {
    rig.home.write(kFolder + ".project_root", text);
  }
  void say(const std::string& text) {
    std::ofstream(rig.home / log, std::ios::app)
        << R"({"id":"m)" << ++messages << R"(","timestamp":")" << now()
        << R"(","type":"user","content":[{"text":")" << text << "\"}]}\n";
  }
  [[nodiscard]] std::string project() {
    MetaStore metas(rig.files, StateFolder(rig.home / "state"));
    const auto session_id = make_session_id("gemini", kConversation);
    const auto meta = metas.load(make_session_key("gemini", session_id));
    REQUIRE(meta);
    REQUIRE(*meta);
    return (*meta)->identity.project_directory;
  }
};

}  // namespace

TEST_CASE("a project folder that was read while its name was being written is read again",
          "[daemon]") {
  Talk talk;
  const auto project = talk.rig.home / "proj";
  talk.name_project(GENERATE_COPY(values({std::string(), project.substr(0, project.size() - 2)})));
  talk.say("hello");
  auto daemon = talk.rig.working();
  CHECK(talk.project() != project);
  talk.name_project(project);
  SECTION("with the next message") {
    talk.say("::start talk.jsonl");
    talk.rig.work(*daemon);
  }
  SECTION("after a restart") {
    daemon.reset();
    talk.say("::start talk.jsonl");
    daemon = talk.rig.working();
  }
  SECTION("with a command from outside") {
    static_cast<void>(talk.rig.ask(*daemon, {.verb = ControlVerb::kRecordStart,
                                             .session = make_session_id("gemini", kConversation),
                                             .destination = project + "/talk.jsonl"}));
    talk.say("goes on");
    talk.rig.work(*daemon);
  }
  CHECK(std::filesystem::exists(project + "/talk.jsonl"));
  CHECK(talk.project() == project);
}

TEST_CASE("P9: what lies beside a log is not read again while it stays as it is", "[daemon][P9]") {
  Talk talk;
  talk.name_project(talk.rig.home / "proj");
  talk.say("hello");
  const auto daemon = talk.rig.working();
  const auto before = talk.rig.files.counts.opens;
  size_t looked = 0;
  talk.rig.files.fault = [&looked](kato::test::FileOperation operation, const std::string& path) {
    if (operation == kato::test::FileOperation::kOpen && path.ends_with(".project_root")) ++looked;
    return 0;
  };
  talk.say("further");
  talk.rig.work(*daemon);
  CHECK(talk.rig.files.counts.opens > before);
  CHECK(looked == 0);
}

TEST_CASE("a command waits for what lies beside its log where the disk fails for a moment",
          "[daemon]") {
  Talk talk;
  const auto project = talk.rig.home / "proj";
  talk.name_project("");
  talk.say("hello");
  const auto daemon = talk.rig.working();
  talk.name_project(project);
  talk.rig.files.fault = [](kato::test::FileOperation operation, const std::string& path) {
    const bool is_named = path.ends_with(".project_root");
    return operation == kato::test::FileOperation::kOpen && is_named ? EIO : 0;
  };
  talk.say("::start talk.jsonl");
  talk.rig.work(*daemon);
  CHECK_FALSE(daemon->status(false).degraded.empty());
  talk.rig.files.fault = {};
  talk.rig.clock.advance(std::chrono::seconds{2});
  talk.rig.work(*daemon);
  CHECK(std::filesystem::exists(project + "/talk.jsonl"));
  CHECK(daemon->status(false).degraded.empty());
}
