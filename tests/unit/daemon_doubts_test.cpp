// Destinations in doubt: that cannot be looked at, and what is said behind an edit.
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

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
    save(all.replace(at, words.size(), others));
  }
  // At the time of the daemon's clock.
  void save(const std::string& all) const {
    rig_.home.write("proj/talk.md", all);
    const auto now = std::chrono::sys_time(std::chrono::milliseconds(rig_.clock.now().value));
    std::filesystem::last_write_time(rig_.home / "proj/talk.md",
                                     std::chrono::file_clock::from_sys(now));
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
  const std::string first = GENERATE("first of all", "look at it all, and then at the rest");
  for (const auto times : {Times::kNone, Times::kWritten}) {
    DaemonRig rig;
    Talk talk(rig, times);
    const Recorded recorded(rig);
    auto daemon = rig.working();
    talk.user("::start talk.md");
    for (const auto& words :
         {first, std::string("Done."), std::string("look at it"), std::string("Done.")}) {
      talk.assistant(words);
      rig.work(*daemon);
    }
    recorded.edit("Done.", "It is done");
    rig.lose_power(daemon);
    const auto before = recorded.count("look at it");
    talk.assistant("look at it");
    daemon = rig.working();
    INFO(recorded.text());
    CHECK(recorded.count("look at it") == before + 1);
  }
}

TEST_CASE("P2: what stands behind an edit is known though the same was said before",
          "[daemon][P2]") {
  const auto times = GENERATE(Times::kNone, Times::kWritten);
  const bool is_edited_before = GENERATE(false, true);
  const std::string one = GENERATE("Done.", "Running the tests, all of them, as ever.");
  const std::string other = GENERATE("Done.", "It is done.");
  DaemonRig rig;
  Talk talk(rig, times);
  const Recorded recorded(rig);
  auto daemon = rig.working();
  talk.user("::start talk.md");
  for (const auto& words : {one, other, std::string("the end of it")}) {
    talk.assistant(words);
  }
  rig.work(*daemon);
  if (is_edited_before) recorded.edit("end of it", "end");
  talk.assistant(one);
  talk.assistant(other);
  work_uncommitted(*daemon);
  if (!is_edited_before) recorded.edit("end of it", "end");
  const auto written = recorded.text();
  rig.lose_power(daemon);
  daemon = rig.working();
  CHECK(recorded.text() == written);
  const auto before = recorded.count(one);
  talk.assistant(one);
  rig.work(*daemon);
  INFO(recorded.text());
  CHECK(recorded.count(one) == before + 1);
}

TEST_CASE("P1: what is captured after a person wrote the same is new", "[daemon][P1]") {
  for (const auto times : {Times::kNone, Times::kWritten}) {
    for (const std::string edited : {"", "end\n\nfor me: ask why\n\nand more"}) {
      DaemonRig rig;
      Talk talk(rig, times);
      const Recorded recorded(rig);
      auto daemon = rig.working();
      talk.user("::start talk.md");
      talk.assistant("for me: ask why");
      talk.assistant("the end of it");
      rig.work(*daemon);
      recorded.edit("end of it", edited);
      rig.lose_power(daemon);
      daemon = rig.working();
      const auto before = recorded.count("for me: ask why");
      talk.assistant("for me: ask why");
      rig.work(*daemon);
      INFO(recorded.text());
      CHECK(recorded.count("for me: ask why") == before + 1);
    }
  }
}

TEST_CASE("P1: what a full disk took of is gone on with behind an edit of what is like it",
          "[daemon][P1]") {
  const std::string wait = "I will wait for the build to finish now, then look.";
  for (const std::string edited : {"Still running!", "It runs", "It ran for 20 minutes (mine)"}) {
    for (const int tries : {1, 4}) {
      DaemonRig rig;
      Talk talk(rig, Times::kWritten);
      const Recorded recorded(rig);
      auto daemon = rig.working();
      talk.user("::start talk.md");
      for (const auto& words :
           {wait, std::string("Still running."), wait, std::string("Still running.")}) {
        talk.assistant(words);
        rig.work(*daemon);
      }
      rig.files.fault = [](FileOperation operation, const std::string& path) {
        return operation == FileOperation::kAppend && path.ends_with("talk.md") ? ENOSPC : 0;
      };
      talk.assistant(wait);
      for (int i = 0; i < tries; ++i) {
        rig.work(*daemon);
        rig.clock.advance(std::chrono::seconds(30));
      }
      rig.files.fault = {};
      recorded.edit("Still running.", edited);
      rig.clock.advance(std::chrono::minutes(10));
      rig.work(*daemon);
      INFO(recorded.text());
      CHECK(recorded.count("\n" + wait + "\n") == 3);
    }
  }
}

TEST_CASE("P1: the rest of torn words comes though a person wrote it above", "[daemon][P1]") {
  DaemonRig rig;
  Talk talk(rig, Times::kWritten);
  const Recorded recorded(rig);
  auto daemon = rig.working();
  talk.user("::start talk.md");
  const std::string last(600, 'l');
  talk.assistant(last);
  rig.work(*daemon);
  std::string words;
  for (int i = 0; i < 600; ++i) {
    words += fmt::format("word {} of it, ", i);
  }
  talk.assistant(words);
  rig.files.fault = [](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kAppend && path.ends_with("talk.md") ? ENOSPC : 0;
  };
  rig.work(*daemon);
  rig.files.fault = {};
  const auto torn = recorded.text();
  const auto begun = torn.substr(torn.find("word 0"));
  REQUIRE(words.starts_with(begun));
  rig.clock.advance(std::chrono::minutes(10));
  work_uncommitted(*daemon);
  REQUIRE(recorded.count(words) == 1);
  recorded.save(torn);  // killed when the rest was announced
  recorded.edit(last, words.substr(begun.size()) + "\n\n" + last);
  daemon.reset();
  daemon = rig.working();
  rig.work(*daemon);
  INFO(recorded.text());
  CHECK(recorded.count(words) == 1);
}

TEST_CASE("P2: a note above hides nothing of what was written last", "[daemon][P2]") {
  for (const bool by_power : {false, true}) {
    DaemonRig rig;
    Talk talk(rig, Times::kWritten);
    const Recorded recorded(rig);
    auto daemon = rig.working();
    talk.user("::start talk.md");
    for (const auto* words : {"I will look at it.", "Still running."}) {
      talk.assistant(words);
      rig.work(*daemon);
    }
    for (const auto* words : {"I will look at the next one.", "Still running.", "It goes on."}) {
      talk.assistant(words);
    }
    work_uncommitted(*daemon);
    recorded.save("a note\n" + recorded.text());
    const auto written = recorded.text();
    if (by_power) {
      rig.lose_power(daemon);
    } else {
      daemon.reset();
    }
    daemon = rig.working();
    INFO(recorded.text());
    CHECK(recorded.text() == written);
  }
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
