// Which commands the daemon obeys, and what several of them do together.
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <utility>

#include "host/base/time_text.h"

#include "tests/support/catch.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::DaemonRig;
using kato::test::FileOperation;

namespace {

constexpr std::string_view kLongAgo = "2026-01-02T03:04:05.000Z";

}  // namespace

TEST_CASE("old commands do not fire, those since the killed run do", "[daemon]") {
  DaemonRig rig;
  static_cast<void>(rig.working());  // killed
  rig.clock.advance(std::chrono::hours(1));
  rig.say(1, "::start while-down.md");
  rig.clock.advance(std::chrono::hours(1));
  rig.say(2, "::start long-ago.md", kLongAgo);
  const auto daemon = rig.working();
  CHECK(rig.read("proj/while-down.md").contains("::start"));
  CHECK(rig.read("proj/long-ago.md").empty());
}

TEST_CASE("old commands do not fire in a session that was cleaned after a killed run", "[daemon]") {
  DaemonRig rig;
  {
    const auto daemon = rig.working();
    rig.say(1, "::start notes.md");
    rig.say(1, "::stop");
    rig.work(*daemon);
  }
  REQUIRE(std::filesystem::remove(rig.home / "proj/notes.md"));
  rig.clock.advance(std::chrono::days(10));
  {
    const auto alone = rig.make(DaemonPurpose::kOneRequest);
    REQUIRE(alone);
    const auto cleaned = (*alone)->clean({.sessions_days = 1, .recordings_days = std::nullopt});
    REQUIRE(cleaned);
    CHECK(cleaned->size() == 1);
    REQUIRE((*alone)->finish());
  }
  rig.say(2, "::start while-down.md");
  const auto daemon = rig.working();
  rig.say(1, "hello again");
  rig.work(*daemon);
  CHECK(rig.read("proj/notes.md").empty());
  CHECK(rig.read("proj/while-down.md").contains("::start"));
}

TEST_CASE("after a clean end commands count from the start on", "[daemon]") {
  DaemonRig rig;
  REQUIRE(rig.working()->finish());
  rig.clock.advance(std::chrono::hours(1));
  rig.say(1, "::start while-down.md");
  rig.clock.advance(std::chrono::hours(1));
  const auto daemon = rig.working();
  CHECK(rig.read("proj/while-down.md").empty());
}

TEST_CASE("P2: a command in a new log is obeyed however late a poll finds the log",
          "[daemon][P2]") {
  DaemonRig rig;
  rig.make_events = []() -> Result<std::unique_ptr<FolderEvents>> { return nullptr; };
  const auto daemon = rig.working();
  rig.clock.advance(std::chrono::minutes(1));
  const auto before_the_last_look = format_rfc3339(rig.clock.now());
  rig.clock.advance(std::chrono::minutes(1));
  rig.work(*daemon);
  rig.say(1, "::start late.md");
  rig.say(2, "::start copied.md", before_the_last_look);
  rig.clock.advance(std::chrono::seconds(10));
  rig.work(*daemon);
  CHECK(rig.read("proj/late.md").contains("::start"));
  CHECK(rig.read("proj/copied.md").empty());
}

TEST_CASE("a command is not old because its log could not be looked at for a while", "[daemon]") {
  DaemonRig rig;
  rig.say(2, "hello");
  const auto daemon = rig.working();
  rig.files.fault = [&rig](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kInfo && path == rig.log(1) ? EIO : 0;
  };
  rig.say(1, "::start notes.md");
  rig.work(*daemon);
  rig.clock.advance(std::chrono::minutes(1));
  rig.work(*daemon);
  rig.files.fault = nullptr;
  rig.clock.advance(std::chrono::minutes(1));
  rig.work(*daemon);
  CHECK(rig.read("proj/notes.md").contains("::start"));
}

TEST_CASE("P2: two exports into one file are both whole, and so is one beside a recording",
          "[daemon][P2]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  const auto* const first = GENERATE("::export", "::start");
  rig.say(1, std::string(first) + " talk.jsonl");
  rig.say(1, "::export talk.jsonl");
  rig.work(*daemon);
  const auto talk = rig.read("proj/talk.jsonl");
  const auto times = [&talk](std::string_view text) {
    size_t count = 0;
    for (auto at = talk.find(text); at != std::string::npos; at = talk.find(text, at + 1)) {
      ++count;
    }
    return count;
  };
  const bool records = first == std::string_view("::start");
  CHECK(times(R"("text":"hello")") == (records ? 1 : 2));
  // The recording has the message with the second command too; so has the second export, and the
  // first one its own.
  CHECK(times(R"("text":"::export talk.jsonl")") == (records ? 2 : 3));
}

TEST_CASE(
    "P2, P5: a capture that must go beside its file changes nothing of what is asked after it",
    "[daemon][P2][P5]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  rig.say(1, "::start talk.md");
  rig.work(*daemon);
  const auto note = rig.home / "proj/talk.md";
  bool edited = false;
  rig.files.fault = [&](FileOperation operation, const std::string& path) {
    const bool is_replaced = operation == FileOperation::kAppend && path.contains(".kato-new-") &&
                             path.contains("/proj/");
    if (is_replaced && !std::exchange(edited, true)) {
      std::ofstream(note, std::ios::app) << "mine\n";
    }
    return 0;
  };
  const bool begins_again = GENERATE(false, true);
  rig.say(1, "::capture talk.md");
  rig.say(1, "::stop");
  if (begins_again) rig.say(1, "::start talk.md");
  rig.work(*daemon);
  REQUIRE(edited);
  rig.say(1, "afterwards");
  rig.work(*daemon);
  CHECK(rig.read("proj/talk.md").contains("afterwards") == begins_again);
  const auto beside = rig.read("proj/talk-2.md");
  CHECK(beside.contains("hello"));
  CHECK(beside.contains("::stop"));
  CHECK_FALSE(beside.contains("afterwards"));
}

TEST_CASE("P2: an export that fails for a moment is not overtaken by the next into its file",
          "[daemon][P2]") {
  DaemonRig rig;
  rig.say(1, "hello\n::start on.md");
  const auto daemon = rig.working();
  bool failed = false;
  rig.files.fault = [&failed](FileOperation operation, const std::string& path) {
    const bool fails = operation == FileOperation::kRead && path.contains(".twin.jsonl") && !failed;
    failed = failed || fails;
    return fails ? EIO : 0;
  };
  rig.say(1, "::export talk.jsonl");
  rig.say(1, "the last word\n::export talk.jsonl");
  rig.work(*daemon);
  rig.clock.advance(std::chrono::minutes(1));
  rig.work(*daemon);
  REQUIRE(failed);
  const auto talk = rig.read("proj/talk.jsonl");
  const auto second = talk.find("hello", talk.find("hello") + 1);
  REQUIRE(second != std::string::npos);
  CHECK(talk.find("the last word") > second);
}

TEST_CASE("P2: a command is obeyed later whose destination somebody writes anew at that moment",
          "[daemon][P2]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  rig.home.write("proj/talk.jsonl", "a note\n");
  const auto command = GENERATE(as<std::string>(), "::start", "::capture", "::export");
  rig.files.cuts_read = [](const std::string& path) { return path.ends_with("/talk.jsonl"); };
  rig.say(1, command + " talk.jsonl");
  rig.work(*daemon);
  rig.files.cuts_read = {};
  rig.clock.advance(std::chrono::seconds(30));
  rig.work(*daemon);
  const auto talk = rig.read("proj/talk.jsonl");
  CHECK(talk.starts_with("a note\n{"));
  CHECK(talk.contains(command + " talk.jsonl"));
}
