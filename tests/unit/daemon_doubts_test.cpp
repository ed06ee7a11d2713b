// After a power loss: destinations that cannot be looked at, and what is said behind an edit.
#include <filesystem>
#include <fstream>

#include "tests/support/catch.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::DaemonRig;
using kato::test::FileOperation;
using Json = nlohmann::ordered_json;

namespace {

// Of a client that writes no times.
class TimelessTalk {
 public:
  explicit TimelessTalk(DaemonRig& rig) : rig_(rig) { rig_.say(1, "hello"); }

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
  void append(const Json& line) {
    rig_.clock.advance(std::chrono::seconds(61));
    std::ofstream(rig_.log(1), std::ios::binary | std::ios::app) << line.dump() << "\n";
  }

  DaemonRig& rig_;
  int records_ = 0;
};

}  // namespace

TEST_CASE("P1: what is said again behind an edit is not taken for what was said before it",
          "[daemon][P1]") {
  DaemonRig rig;
  TimelessTalk talk(rig);
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
