// A log that is cut, or written anew, while its session has no copy yet, or only a part of one:
// what the copy lacks is told, and comes back with the log.
#include <algorithm>
#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/text.h"
#include "tests/unit/short_copies.h"

using namespace kato;
using kato::test::cause_of;
using kato::test::cause_of_copy;
using kato::test::check_all_in_order;
using kato::test::count_of;
using kato::test::DaemonRig;
using kato::test::exported;
using kato::test::log_name;
using kato::test::open_session;
using kato::test::twin;

namespace {

constexpr std::string_view kJournal =
    ".gemini/tmp/meadow/chats/session-2026-11-20T10-00-1a1a1a1a.jsonl";

void append_to_journal(const DaemonRig& rig, std::string_view line) {
  std::ofstream(rig.home / std::string(kJournal), std::ios::binary | std::ios::app) << line << "\n";
}

std::string asked(int id, const std::string& text) {
  return fmt::format(
      R"({{"id":"u{}","timestamp":"2026-11-20T10:00:00Z","type":"user","content":[{{"text":"{}"}}]}})",
      id, text);
}

// Stated once more when its tokens are counted.
std::string answered(int id, const std::string& text, bool is_counted) {
  return fmt::format(
      R"({{"id":"g{}","timestamp":"2026-11-20T10:00:00Z","type":"gemini","content":"{}","model":"m"{}}})",
      id, text, is_counted ? R"(,"tokens":{"input":1})" : "");
}

}  // namespace

TEST_CASE("P10: a copy that is made while its log is cut says so, and gets the rest with the log",
          "[lost][P10]") {
  DaemonRig rig;
  for (const auto* const said : {"apple", "pear", "plum", "quince"}) {
    rig.say(1, said);
  }
  auto daemon = rig.working();
  rig.say(1, "medlar");
  rig.work(*daemon);
  const auto whole = rig.read(log_name(rig));
  const auto cut_at = whole.find("plum");
  rig.home.write(log_name(rig), whole.substr(0, whole.rfind('\n', cut_at) + 1));
  rig.work(*daemon);
  const bool is_recorded = GENERATE(false, true);
  const auto captured = rig.home / "proj/before.md";
  if (is_recorded) {
    static_cast<void>(rig.ask(*daemon, {.verb = ControlVerb::kRecordCapture,
                                        .session = rig.session_id(1),
                                        .destination = captured}));
  } else {
    open_session(rig, *daemon);
  }
  rig.work(*daemon);
  CHECK(cause_of_copy(*daemon, rig).contains("events are lost"));
  const bool goes_on = GENERATE(false, true);
  if (goes_on) {
    rig.say(1, "grape");
    rig.work(*daemon);
  }
  if (GENERATE(false, true)) {
    REQUIRE(daemon->finish());
    daemon.reset();
  }
  INFO((daemon ? "live " : "restarted ") << is_recorded << goes_on);
  rig.home.write(log_name(rig), whole);
  if (daemon) {
    rig.work(*daemon);
  } else {
    daemon = rig.working();
  }
  check_all_in_order(exported(rig).said);
  CHECK(cause_of_copy(*daemon, rig).empty() == !goes_on);
  if (goes_on) {  // nowhere but in the copy now: what was said before cannot be put behind it
    CHECK(count_of(exported(rig).said, "grape") == 1);
    CHECK(cause_of_copy(*daemon, rig).contains("events are lost"));
    static_cast<void>(
        rig.ask(*daemon, {.verb = ControlVerb::kReprocess, .session = rig.session_id(1)}));
    rig.work(*daemon);
    CHECK(cause_of_copy(*daemon, rig).empty());
    CHECK(rig.read(twin(rig)).contains("grape"));
    CHECK(rig.read(twin(rig)).contains("quince"));
    return;
  }
  if (is_recorded) check_all_in_order(rig.read("proj/before.md"));
  static_cast<void>(rig.ask(*daemon, {.verb = ControlVerb::kRecordCapture,
                                      .session = rig.session_id(1),
                                      .destination = rig.home / "proj/all.md"}));
  rig.work(*daemon);
  check_all_in_order(rig.read("proj/all.md"));
}

TEST_CASE("P10: what was said before a recording began does not come into it with the log",
          "[lost][P10]") {
  DaemonRig rig;
  for (const auto* const said : {"apple", "pear", "plum"}) {
    rig.say(1, said);
  }
  const auto daemon = rig.working();
  rig.say(1, "quince");
  rig.work(*daemon);
  const auto whole = rig.read(log_name(rig));
  rig.home.write(log_name(rig), whole.substr(0, whole.find('\n') + 1));
  rig.work(*daemon);
  static_cast<void>(rig.ask(*daemon, {.verb = ControlVerb::kRecordStart,
                                      .session = rig.session_id(1),
                                      .destination = rig.home / "proj/new.md"}));
  rig.work(*daemon);
  rig.home.write(log_name(rig), whole);
  rig.work(*daemon);
  rig.say(1, "medlar");
  rig.work(*daemon);
  const auto notes = rig.read("proj/new.md");
  CHECK(count_of(notes, "medlar\n") == 1);
  CHECK(count_of(notes, "quince") == 0);
  CHECK(count_of(notes, "plum") == 0);
  CHECK(count_of(rig.read(twin(rig)), "plum") > 0);
}

TEST_CASE("P10: a copy that is being made while its log is cut lacks nothing that the log has",
          "[lost][P10]") {
  constexpr int kMessages = 60;
  DaemonRig rig;
  rig.part_bytes = 2048;
  rig.say(1, "a title");
  for (int i = 0; i < kMessages; ++i) {
    rig.say(1, "word-" + std::to_string(i) + "." + std::string(200, 'z'));
  }
  const auto daemon = rig.working();
  const auto work_a_little = [&daemon](int most_steps) {
    int steps = 0;
    daemon->work([&] { return ++steps > most_steps; });
  };
  static_cast<void>(rig.ask(*daemon, {.verb = ControlVerb::kRecordCapture,
                                      .session = rig.session_id(1),
                                      .destination = rig.home / "proj/all.md"}));
  work_a_little(GENERATE(0, 2));
  const auto whole = rig.read(log_name(rig));
  const auto half = whole.substr(0, whole.find('\n', whole.size() / 2) + 1);
  rig.home.write(log_name(rig), half);
  work_a_little(GENERATE(1, 2, 3, 5, 40));
  const bool comes_back = GENERATE(false, true);
  if (comes_back) rig.home.write(log_name(rig), whole);
  const bool goes_on = GENERATE(false, true);
  if (goes_on) rig.say(1, "said after");
  rig.work(*daemon);
  const auto all = rig.read("proj/all.md");
  CHECK(count_of(all, "said after") == (goes_on ? 1 : 0));
  const auto there = static_cast<int>(std::ranges::count(comes_back ? whole : half, '\n'));
  for (int i = 0; i + 1 < there; ++i) {
    INFO(i);
    CHECK(count_of(all, "word-" + std::to_string(i) + ".") == 1);
  }
  const bool has_last = all.contains("word-" + std::to_string(kMessages - 1) + ".");
  CHECK(cause_of_copy(*daemon, rig).empty() == has_last);
}

TEST_CASE("P10: no copy is made of a log that is half compared with what is known", "[lost][P10]") {
  constexpr int kMessages = 24;  // some steps
  DaemonRig rig;
  const std::string filler(size_t{400} << 10, 'z');
  rig.say(1, "a title");
  for (int i = 0; i < kMessages; ++i) {
    rig.say(1, "word-" + std::to_string(i) + "." + filler);
  }
  auto daemon = rig.working();
  rig.say(1, "::capture all.md");
  const auto work_a_little = [&daemon](int most_steps) {
    int steps = 0;
    daemon->work([&] { return ++steps > most_steps; });
  };
  work_a_little(GENERATE(1, 2));
  REQUIRE(daemon->finish());
  daemon.reset();
  REQUIRE_FALSE(rig.meta(1).twin.exists);
  rig.home.write(log_name(rig), " " + rig.read(log_name(rig)));
  auto begun = rig.make();
  REQUIRE(begun);
  daemon = std::move(*begun);
  for (int i = 0; i < kMessages; ++i) {
    work_a_little(1);
    INFO(cause_of_copy(*daemon, rig));
    CHECK(cause_of_copy(*daemon, rig).empty());
  }
  rig.work(*daemon);
  const auto all = rig.read("proj/all.md");
  for (int i = 0; i < kMessages; ++i) {
    INFO(i);
    CHECK(count_of(all, "word-" + std::to_string(i) + ".") == 1);
  }
}

TEST_CASE("P9: what a turn costs in a session whose copy has lost something does not grow",
          "[lost][P9]") {
  constexpr int kTurns = 60;
  constexpr uint64_t kMostReadBytes = 8000;
  DaemonRig rig;
  rig.home.write(".gemini/tmp/meadow/.project_root", rig.home / "proj");
  rig.home.write(std::string(kJournal), "");
  append_to_journal(
      rig,
      R"({"sessionId":"1a1a1a1a-1111-4222-8333-444455556666","projectHash":"p","startTime":"2026-11-20T10:00:00Z","kind":"main"})");
  for (int i = 0; i < 5; ++i) {
    append_to_journal(rig, asked(i, "before " + std::to_string(i)));
  }
  const auto daemon = rig.working();
  append_to_journal(rig, asked(5, "the last"));
  rig.work(*daemon);
  REQUIRE(daemon->status(true).sessions.size() == 1);
  const auto session = daemon->status(true).sessions.front().identity.session_id;
  const auto whole = rig.read(kJournal);
  rig.home.write(std::string(kJournal),
                 whole.substr(0, whole.find('\n', whole.find("before 2")) + 1));
  rig.work(*daemon);
  static_cast<void>(rig.ask(*daemon, {.verb = ControlVerb::kSnapshotCreate, .session = session}));
  rig.work(*daemon);
  REQUIRE(cause_of(*daemon, "copy of session").contains("events are lost"));
  for (int turn = 1; turn <= kTurns; ++turn) {
    const std::string words(1000, 'x');
    append_to_journal(rig, asked(100 + turn, words));
    append_to_journal(rig, answered(turn, words, false));
    rig.work(*daemon);
    const auto before = rig.files.counts.read_bytes;
    append_to_journal(rig, answered(turn, words, true));
    rig.work(*daemon);
    INFO("turn " << turn);
    CHECK(rig.files.counts.read_bytes - before < kMostReadBytes);
  }
}

TEST_CASE("P10: a first copy of a document has the messages that its client lists under other ids",
          "[lost][P10]") {
  constexpr std::string_view kDocument =
      ".gemini/tmp/meadow/chats/session-2026-11-20T10-00-1a1a1a1a.json";
  DaemonRig rig;
  rig.home.write(".gemini/tmp/meadow/.project_root", rig.home / "proj");
  const auto put = [&rig, kDocument](const std::vector<std::string>& words, char first_id) {
    auto messages = nlohmann::ordered_json::array();
    for (const auto& word : words) {
      messages.push_back({{"id", fmt::format("{}-{}", first_id, word)},
                          {"timestamp", "2026-11-20T10:00:00Z"},
                          {"type", "user"},
                          {"content", word}});
    }
    rig.home.write(std::string(kDocument),
                   nlohmann::ordered_json{{"sessionId", "1a1a1a1a-1111-4222-8333-444455556666"},
                                          {"projectHash", "p"},
                                          {"startTime", "2026-11-20T10:00:00Z"},
                                          {"messages", messages}}
                       .dump());
  };
  put({"apple", "pear", "plum", "quince"}, 'a');
  const auto daemon = rig.working();
  const auto session = daemon->status(true).sessions.front().identity.session_id;
  put({"apple", "pear", "plum", "quince", "medlar"}, 'b');
  rig.work(*daemon);
  static_cast<void>(rig.ask(*daemon, {.verb = ControlVerb::kRecordCapture,
                                      .session = session,
                                      .destination = rig.home / "proj/all.md"}));
  rig.work(*daemon);
  for (const auto* const word : {"apple", "pear", "plum", "quince", "medlar"}) {
    CHECK(count_of(rig.read("proj/all.md"), std::string("\n") + word + "\n") == 1);
  }
  CHECK(daemon->status(true).degraded.empty());
}
