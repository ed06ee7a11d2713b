// A conversation whose log is a document: its client writes all of it again at each turn, with
// messages that it words anew, parts that come late, other token counts, and now and then under
// fresh ids.
#include <random>

#include "host/base/time_text.h"

#include "tests/support/catch.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::DaemonRig;
using Json = nlohmann::ordered_json;

namespace {

enum class Turn : uint8_t {
  kAdd,
  kReword,
  kRewordAndAdd,
  kCall,
  kTokens,
  kFreshIdsAndAdd,
  kSame,
  kRestart,
  kKill,
  kRewordWhileDown,
};
constexpr int kTurns = 10;

class Talk {
 public:
  explicit Talk(uint32_t seed) : random_(seed) {
    rig_.home.write(".gemini/tmp/meadow/.project_root", rig_.home / "proj");
    messages_.push_back(message("user", "hello"));
    messages_.push_back(message("gemini", "hi"));
    write();
    start();
    messages_.push_back(message("user", "::start talk.md"));
    write();
    rig_.work(*daemon_);
  }

  void turn() {
    const auto what = static_cast<Turn>(below(kTurns));
    turns_ += std::to_string(static_cast<int>(what)) + " ";
    const bool is_killed = what == Turn::kKill;
    const bool is_down = is_killed || what == Turn::kRestart || what == Turn::kRewordWhileDown;
    if (is_down && !is_killed) REQUIRE(daemon_->finish());
    if (is_down) daemon_.reset();
    change(what);
    write();
    if (is_down) start();
    // A little, or until it is committed.
    if (below(2) == 0) {
      daemon_->work([] { return false; });
    } else {
      rig_.work(*daemon_);
    }
  }

  // What stands in the recording other than once, and what was done.
  [[nodiscard]] std::string wrong() {
    rig_.work(*daemon_);
    const auto written = "\n" + rig_.read("proj/talk.md") + "\n";
    std::string all;
    for (const auto& word : words_) {
      const auto line = "\n" + word + "\n";
      const auto first = written.find(line);
      if (first == std::string::npos) all += "lost " + word + " ";
      if (first != written.rfind(line)) all += "doubled " + word + " ";
    }
    return all.empty() ? all : all + "after " + turns_;
  }

 private:
  uint32_t below(uint32_t limit) { return static_cast<uint32_t>(random_() % limit); }
  std::string fresh_id() { return fmt::format("{:08x}-0000-4000-8000-000000000001", random_()); }
  void start() {
    auto daemon = rig_.make();
    REQUIRE(daemon);
    daemon_ = std::move(*daemon);
    rig_.work(*daemon_);
  }
  std::string said() { return words_.emplace_back(fmt::format("word{}", words_.size())); }

  Json message(const std::string& type, const std::string& text) {
    Json made = {{"id", fresh_id()},
                 {"timestamp", format_rfc3339(rig_.clock.now())},
                 {"type", type},
                 {"content", text}};
    if (type != "gemini") return made;
    made["tokens"] = {{"input", 1}, {"output", 1}, {"total", 2}};
    made["model"] = "gemini-2.5-pro";
    return made;
  }
  void add() {
    messages_.push_back(message("user", said()));
    messages_.push_back(message("gemini", said()));
  }
  void reword() {
    if (words_.size() > 1) messages_.back()["content"] = said();
  }
  void call() {
    if (messages_.back()["type"] != "gemini") return;
    const auto id = fresh_id();
    messages_.back()["toolCalls"].push_back({{"id", id},
                                             {"name", "ls"},
                                             {"args", {{"path", id}}},
                                             {"status", "success"},
                                             {"timestamp", format_rfc3339(rig_.clock.now())}});
  }
  void change(Turn what) {
    if (what == Turn::kFreshIdsAndAdd) {
      for (auto& one : messages_) {
        one["id"] = fresh_id();
      }
    }
    if (what == Turn::kReword || what == Turn::kRewordAndAdd || what == Turn::kRewordWhileDown) {
      reword();
    }
    if (what == Turn::kAdd || what == Turn::kRewordAndAdd || what == Turn::kFreshIdsAndAdd) add();
    if (what == Turn::kCall) call();
    if (what == Turn::kTokens && messages_.back()["type"] == "gemini") {
      messages_.back()["tokens"]["output"] = below(1000);
    }
  }
  void write() {
    const Json document = {{"sessionId", "1a1a1a1a-0000-4000-8000-000000000001"},
                           {"projectHash", "00"},
                           {"startTime", messages_.front()["timestamp"]},
                           {"lastUpdated", messages_.back()["timestamp"]},
                           {"messages", messages_}};
    rig_.home.write(".gemini/tmp/meadow/chats/session-2026-11-20T10-00-1a1a1a1a.json",
                    document.dump(2));
  }

  std::mt19937 random_;
  DaemonRig rig_;
  std::unique_ptr<Daemon> daemon_;
  std::vector<Json> messages_;
  std::vector<std::string> words_;  // each stands for itself in the log, once
  std::string turns_;
};

}  // namespace

TEST_CASE("P1, P2: however a document is worded anew, each wording is recorded once",
          "[daemon][P1][P2]") {
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    Talk talk(seed);
    for (int turns = 0; turns < 14; ++turns) {
      talk.turn();
    }
    CAPTURE(seed);
    CHECK(talk.wrong() == "");
  }
}
