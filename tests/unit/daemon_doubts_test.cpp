// Destinations in doubt: that cannot be looked at, and what is said behind an edit.
#include <filesystem>
#include <fstream>

#include "host/base/time_text.h"

#include "tests/support/catch.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::DaemonRig;
using kato::test::FileOperation;
using Json = nlohmann::ordered_json;

namespace {

enum class Times : uint8_t { kNone, kWritten };

// Of a client that writes times, or none.
class Talk {
 public:
  explicit Talk(DaemonRig& rig, Times times = Times::kNone) : rig_(rig), times_(times) {
    rig_.say(1, "hello");
  }

  void user(const std::string& text) {
    auto line = record("user");
    line["message"] = {{"role", "user"}, {"content", text}};
    line.update({{"promptSource", "typed"}, {"origin", {{"kind", "human"}}}});
    append(line);
  }
  void assistant(const std::string& text) {
    auto line = record("assistant");
    line["message"] = {{"role", "assistant"},
                       {"id", "m" + std::to_string(records_)},
                       {"type", "message"},
                       {"stop_reason", "end_turn"},
                       {"content", Json::array({{{"type", "text"}, {"text", text}}})}};
    append(line);
  }

 private:
  Json record(const std::string& type) {
    std::ifstream log(rig_.log(1));
    std::string first;
    std::getline(log, first);
    return {{"parentUuid", nullptr},     {"isSidechain", false},
            {"cwd", rig_.home / "proj"}, {"sessionId", Json::parse(first)["sessionId"]},
            {"version", "2.1.330"},      {"uuid", "r" + std::to_string(++records_)},
            {"entrypoint", "cli"},       {"type", type}};
  }
  void append(Json line) {
    rig_.clock.advance(std::chrono::seconds(61));
    if (times_ == Times::kWritten) line["timestamp"] = format_rfc3339(rig_.clock.now());
    std::ofstream(rig_.log(1), std::ios::binary | std::ios::app) << line.dump() << "\n";
  }

  DaemonRig& rig_;
  Times times_;
  int records_ = 0;
};

// What stands in the recording ~/proj/talk.md.
class Recorded {
 public:
  explicit Recorded(DaemonRig& rig) : rig_(rig) {}

  [[nodiscard]] std::string text() const { return rig_.read("proj/talk.md"); }
  [[nodiscard]] size_t count(const std::string& words) const {
    size_t found = 0;
    const auto all = text();
    for (auto at = all.find(words); at != std::string::npos; at = all.find(words, at + 1)) {
      ++found;
    }
    return found;
  }
  // The last of these words become others, as in an editor that saves in place.
  void edit(const std::string& words, const std::string& others) const {
    auto all = text();
    const auto at = all.rfind(words);
    REQUIRE(at != std::string::npos);
    rig_.home.write("proj/talk.md", all.replace(at, words.size(), others));
  }

 private:
  DaemonRig& rig_;
};

// All that is to be done but the commit.
void work_uncommitted(Daemon& daemon) {
  daemon.work([] { return false; });
}

}  // namespace

TEST_CASE("P1: what is said again behind an edit is not taken for what was said before it",
          "[daemon][P1]") {
  DaemonRig rig;
  Talk talk(rig);
  auto daemon = rig.working();
  talk.user("::start talk.md");
  rig.work(*daemon);
  talk.assistant("fine");
  talk.user("ok");
  rig.work(*daemon);
  talk.assistant("done with it");
  rig.work(*daemon);
  auto text = rig.read("proj/talk.md");
  const std::string end = "done with it";
  REQUIRE(text.contains(end));
  rig.home.write("proj/talk.md", text.replace(text.find(end), end.size(), "done with this"));
  rig.lose_power(daemon);
  daemon = rig.working();
  talk.user("ok");
  rig.work(*daemon);
  talk.assistant("more of it");
  rig.work(*daemon);
  const auto after = rig.read("proj/talk.md");
  REQUIRE(after.starts_with(text));
  const auto added = after.substr(text.size());
  CHECK(added.contains("# User"));
  CHECK(added.contains("\nok\n"));
  CHECK(added.contains("more of it"));
}

TEST_CASE("P1: words of before an edit are not those that are said behind it", "[daemon][P1]") {
  for (const auto times : {Times::kNone, Times::kWritten}) {
    for (const bool by_power : {false, true}) {
      DaemonRig rig;
      Talk talk(rig, times);
      const Recorded recorded(rig);
      auto daemon = rig.working();
      talk.user("::start talk.md");
      talk.assistant("Done.");
      talk.assistant("the end of it");
      rig.work(*daemon);
      if (!by_power) {
        rig.files.fault = [&](FileOperation operation, const std::string& path) {
          return operation == FileOperation::kAppend && path.ends_with("talk.md") ? ENOSPC : 0;
        };
        talk.assistant("Done.");
        rig.work(*daemon);
        rig.files.fault = {};
      }
      recorded.edit("end of it", "end");
      if (by_power) {
        rig.lose_power(daemon);
        talk.assistant("Done.");
        daemon = rig.working();
      }
      rig.clock.advance(std::chrono::minutes(10));
      rig.work(*daemon);
      INFO(recorded.text());
      CHECK(recorded.count("Done.") == 2);
      talk.assistant("more of it");
      rig.work(*daemon);
      CHECK(recorded.count("more of it") == 1);
      CHECK(recorded.count("Done.") == 2);
    }
  }
}

TEST_CASE("P1: nor are they where the time of what is said is not known", "[daemon][P1]") {
  DaemonRig rig;
  Talk talk(rig);
  const Recorded recorded(rig);
  auto daemon = rig.working();
  talk.user("::start talk.md");
  for (const auto* words : {"fine", "look", "the end of it"}) {
    talk.assistant(words);
    talk.user("ok");
  }
  talk.assistant("the very end of it");
  rig.work(*daemon);
  const auto before = recorded.count("\nok\n");
  recorded.edit("very end of it", "end");
  rig.lose_power(daemon);
  talk.user("ok");
  daemon = rig.working();
  INFO(recorded.text());
  CHECK(recorded.count("\nok\n") == before + 1);
  CHECK(recorded.text().ends_with("# User\n\nok\n"));
}

TEST_CASE("P1: where the last words were edited, such as they were are not their place",
          "[daemon][P1]") {
  for (const auto times : {Times::kNone, Times::kWritten}) {
    DaemonRig rig;
    Talk talk(rig, times);
    const Recorded recorded(rig);
    auto daemon = rig.working();
    talk.user("::start talk.md");
    for (const auto* words : {"first of all", "Done.", "look at it", "Done."}) {
      talk.assistant(words);
      rig.work(*daemon);
    }
    recorded.edit("Done.", "It is done");
    rig.lose_power(daemon);
    talk.assistant("look at it");
    daemon = rig.working();
    INFO(recorded.text());
    CHECK(recorded.count("look at it") == 2);
  }
}

TEST_CASE("P2: what stands behind an edit is known though the same was said before",
          "[daemon][P2]") {
  for (const auto times : {Times::kNone, Times::kWritten}) {
    for (const bool is_edited_before : {false, true}) {
      DaemonRig rig;
      Talk talk(rig, times);
      const Recorded recorded(rig);
      auto daemon = rig.working();
      talk.user("::start talk.md");
      for (const auto* words : {"Done.", "Done.", "the end of it"}) {
        talk.assistant(words);
      }
      rig.work(*daemon);
      if (is_edited_before) recorded.edit("end of it", "end");
      talk.assistant("Done.");
      talk.assistant("Done.");
      work_uncommitted(*daemon);
      REQUIRE(recorded.count("Done.") == 4);
      if (!is_edited_before) recorded.edit("end of it", "end");
      const auto written = recorded.text();
      rig.lose_power(daemon);
      daemon = rig.working();
      CHECK(recorded.text() == written);
      talk.assistant("Done.");
      rig.work(*daemon);
      INFO(recorded.text());
      CHECK(recorded.count("Done.") == 5);
    }
  }
}

TEST_CASE("P1: once all that there was is compared, what is said later is new", "[daemon][P1]") {
  DaemonRig rig;
  Talk talk(rig, Times::kWritten);
  const Recorded recorded(rig);
  auto daemon = rig.working();
  talk.user("::start talk.md");
  talk.assistant("the end of it");
  rig.work(*daemon);
  recorded.edit("end of it", "end\n\nfor me: ask why\n\nand more");
  rig.lose_power(daemon);
  daemon = rig.working();
  if (GENERATE(false, true)) {
    REQUIRE(daemon->finish());
    daemon.reset();
    talk.assistant("for me: ask why");
    daemon = rig.working();
  } else {
    talk.assistant("for me: ask why");
  }
  rig.work(*daemon);
  INFO(recorded.text());
  CHECK(recorded.count("for me: ask why") == 2);
}

TEST_CASE("a destination that cannot be looked at keeps no daemon busy after a power loss",
          "[daemon]") {
  DaemonRig rig;
  auto daemon = rig.working();
  rig.say(1, "::start talk.md");
  rig.work(*daemon);
  rig.say(1, "::stop");
  rig.work(*daemon);
  rig.lose_power(daemon);
  const auto destination = rig.home / "proj/talk.md";
  uint64_t asked = 0;
  rig.files.fault = [&](FileOperation, const std::string& path) {
    if (path != destination) return 0;
    ++asked;
    return EACCES;
  };
  daemon = rig.working();
  const auto at_first = asked;
  for (int minutes = 0; minutes < 10; ++minutes) {
    rig.clock.advance(std::chrono::minutes(1));
    rig.work(*daemon);
  }
  CHECK(asked == at_first);
  REQUIRE(daemon->finish());
}
