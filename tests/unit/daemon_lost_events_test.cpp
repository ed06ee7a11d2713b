// Copies that were cut short while their log was gone: what is told, what is given, and what comes
// back with the log.
#include <algorithm>
#include <filesystem>

#include "host/daemon/session_lookup.h"

#include "tests/support/catch.h"
#include "tests/support/text.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::cause_of;
using kato::test::count_of;
using kato::test::DaemonRig;

namespace {

namespace fs = std::filesystem;

constexpr size_t kLeftLines = 3;

std::string twin(const DaemonRig& rig) {
  return "state/sessions/" + rig.key(1) + ".twin.jsonl";
}

std::string log_name(const DaemonRig& rig) {
  return rig.log(1).substr(std::string(rig.home / "").size());
}

std::string cause_of_copy(Daemon& daemon, const DaemonRig& rig) {
  return cause_of(daemon, "copy of session " + rig.session_id(1).substr(0, 8));
}

// A session that is recorded or only copied, and no daemon.
void talk(DaemonRig& rig, bool is_recorded) {
  rig.say(1, "apple");
  const auto daemon = rig.working();
  if (is_recorded) rig.say(1, "::start one.md");
  for (const auto* const said : {"pear", "plum", "quince", "medlar"}) {
    rig.say(1, said);
  }
  rig.work(*daemon);
  static_cast<void>(
      rig.ask(*daemon, {.verb = ControlVerb::kSnapshotCreate, .session = rig.session_id(1)}));
  rig.work(*daemon);
  REQUIRE(daemon->finish());
}

void move_log_away(const DaemonRig& rig) {
  fs::rename(rig.log(1), rig.home / "away");
}

void move_log_back(const DaemonRig& rig) {
  fs::rename(rig.home / "away", rig.log(1));
}

void cut_copy(const DaemonRig& rig) {
  const auto whole = rig.read(twin(rig));
  size_t end = 0;
  for (size_t lines = 0; lines < kLeftLines; ++lines) {
    end = whole.find('\n', end) + 1;
  }
  rig.home.write(twin(rig), whole.substr(0, end));
}

// Whatever a session is opened for.
void open_session(DaemonRig& rig, Daemon& daemon) {
  static_cast<void>(
      rig.ask(daemon, {.verb = ControlVerb::kSnapshotCreate, .session = rig.session_id(1)}));
  rig.work(daemon);
}

struct Exported {
  std::string said;
  std::vector<std::string> warnings;
  std::string captured;  // what of it has a capture time
};

Exported exported(DaemonRig& rig) {
  class Words final : public EventListener {
   public:
    explicit Words(Exported& into) : into_(into) {}
    void on_event(const Event& event, CommandRight) override {
      const auto line = std::string(event.body.payload.text) + "\n";
      into_.said += line;
      if (event.captured_at) into_.captured += line;
    }

   private:
    Exported& into_;
  };
  const auto assembly = rig.assemble();
  REQUIRE(assembly);
  Exported found;
  const auto session =
      find_kept_session(rig.files, **assembly, rig.session_id(1), rig.home / "proj", {});
  REQUIRE(session);
  SessionSummary summary;
  Words words(found);
  REQUIRE(read_session(rig.files, rig.home / "state", *session, summary, words,
                       {.warn = [&](const std::string& text) { found.warnings.push_back(text); }}));
  return found;
}

void check_all_in_order(std::string_view text) {
  INFO(text);
  size_t at = 0;
  for (const auto* const said : {"apple", "pear", "plum", "quince", "medlar"}) {
    INFO(said);
    const auto line = std::string(said) + "\n";
    CHECK(count_of(text, line) == 1);
    CHECK(text.find(line) >= at);
    at = text.find(line);
  }
}

}  // namespace

TEST_CASE("P10: what a copy of a session without recordings lost is told as long as it is so",
          "[lost][P10]") {
  DaemonRig rig;
  talk(rig, false);
  move_log_away(rig);
  cut_copy(rig);
  {
    auto daemon = rig.make(DaemonPurpose::kOneRequest);
    REQUIRE(daemon);
    CHECK(cause_of_copy(**daemon, rig).contains("events are lost"));
  }
  auto daemon = rig.working();
  CHECK(cause_of_copy(*daemon, rig).contains("events are lost"));
  open_session(rig, *daemon);
  const auto cause = cause_of_copy(*daemon, rig);
  REQUIRE(daemon->finish());
  daemon.reset();
  REQUIRE(rig.meta(1).twin.lost_events > 0);
  {
    auto one = rig.make(DaemonPurpose::kOneRequest);
    REQUIRE(one);
    CHECK(cause_of_copy(**one, rig) == cause);
  }
  daemon = rig.working();
  CHECK(cause_of_copy(*daemon, rig) == cause);

  move_log_back(rig);
  rig.work(*daemon);
  static_cast<void>(
      rig.ask(*daemon, {.verb = ControlVerb::kReprocess, .session = rig.session_id(1)}));
  rig.work(*daemon);
  CHECK(cause_of_copy(*daemon, rig).empty());
  REQUIRE(daemon->finish());
  daemon.reset();
  daemon = rig.working();
  CHECK(cause_of_copy(*daemon, rig).empty());
}

TEST_CASE("a status opens no meta of a session that lost nothing", "[lost]") {
  DaemonRig rig;
  talk(rig, false);
  const auto daemon = rig.working();
  const auto opens = rig.files.counts.opens;
  static_cast<void>(daemon->status(true));
  CHECK(rig.files.counts.opens == opens);
}

TEST_CASE("P10: an export gives what a copy lost once the log is there again", "[lost][P10]") {
  DaemonRig rig;
  talk(rig, false);
  move_log_away(rig);
  cut_copy(rig);
  auto daemon = rig.working();
  open_session(rig, *daemon);
  daemon.reset();
  const auto without = exported(rig);
  CHECK(count_of(without.said, "medlar") == 0);
  REQUIRE(without.warnings.size() == 1);
  CHECK(without.warnings.front().contains("events are lost"));

  move_log_back(rig);
  SECTION("as it was") {}
  SECTION("and the conversation went on") {
    daemon = rig.working();
    rig.say(1, "grape");
    rig.work(*daemon);
    daemon.reset();
    REQUIRE(rig.read(twin(rig)).contains("grape"));
    CHECK(exported(rig).captured.contains("grape"));
  }
  SECTION("with words that nobody read yet") {
    rig.say(1, "grape");
  }
  const auto with = exported(rig);
  check_all_in_order(with.said);
  CHECK(with.warnings.empty());
  const auto grape = with.said.find("grape");
  CHECK((grape == std::string::npos || grape > with.said.find("medlar")));
}

TEST_CASE("P10: a capture gets what a copy lost from the log that is there again", "[lost][P10]") {
  DaemonRig rig;
  talk(rig, true);
  const auto notes = rig.read("proj/one.md");
  move_log_away(rig);
  cut_copy(rig);
  auto daemon = rig.working();
  open_session(rig, *daemon);
  REQUIRE(rig.meta(1).twin.lost_events > 0);
  bool is_asked_for = true;
  SECTION("while the daemon runs") {
    move_log_back(rig);
    rig.work(*daemon);
  }
  SECTION("while none runs") {
    daemon.reset();
    move_log_back(rig);
    daemon = rig.working();
  }
  SECTION("by a command in the conversation") {
    move_log_back(rig);
    rig.work(*daemon);
    rig.say(1, "::capture all.md");
    rig.work(*daemon);
    is_asked_for = false;
  }
  if (is_asked_for) {
    const auto captured = rig.ask(*daemon, {.verb = ControlVerb::kRecordCapture,
                                            .session = rig.session_id(1),
                                            .destination = rig.home / "proj/all.md"});
    CHECK_FALSE(captured.contains("warning"));
    rig.work(*daemon);
  }
  check_all_in_order(rig.read("proj/all.md"));
  CHECK(cause_of_copy(*daemon, rig).empty());
  CHECK(rig.meta(1).twin.lost_events == 0);
  rig.say(1, "said after");
  rig.work(*daemon);
  const auto now = rig.read("proj/one.md");
  CHECK(now.starts_with(notes));
  CHECK(count_of(now, "medlar") == 1);
  CHECK(count_of(now, "said after") == 1);
  CHECK(count_of(rig.read("proj/all.md"), "said after") == 1);
}

TEST_CASE("P10: a log that has not all of it either costs no word of the copy", "[lost][P10]") {
  DaemonRig rig;
  talk(rig, true);
  move_log_away(rig);
  cut_copy(rig);
  auto daemon = rig.working();
  open_session(rig, *daemon);
  const auto lost = rig.meta(1).twin.lost_events;
  rig.say(1, "in a new log");
  rig.work(*daemon);
  const auto captured = rig.ask(*daemon, {.verb = ControlVerb::kRecordCapture,
                                          .session = rig.session_id(1),
                                          .destination = rig.home / "proj/all.md"});
  CHECK(captured.value("warning", "").contains("events are lost"));
  rig.work(*daemon);
  const auto all = rig.read("proj/all.md");
  CHECK(count_of(all, "apple\n") == 1);
  CHECK(count_of(all, "in a new log") == 1);
  CHECK(rig.meta(1).twin.lost_events == lost);
}

TEST_CASE("P10: nothing waits for what was lost with a copy that was removed", "[lost][P10]") {
  DaemonRig rig;
  talk(rig, true);
  const auto notes = rig.read("proj/one.md");
  move_log_away(rig);
  cut_copy(rig);
  auto daemon = rig.working();
  open_session(rig, *daemon);
  static_cast<void>(
      rig.ask(*daemon, {.verb = ControlVerb::kSnapshotRemove, .session = rig.session_id(1)}));
  rig.work(*daemon);
  CHECK_FALSE(fs::exists(rig.home / twin(rig)));
  CHECK(daemon->status(true).degraded.empty());
  REQUIRE(daemon->status(true).recordings.size() == 1);
  CHECK(daemon->status(true).recordings.front().lag == 0);
  REQUIRE(daemon->finish());
  daemon.reset();
  daemon = rig.working();
  CHECK(daemon->status(true).recordings.front().lag == 0);

  move_log_back(rig);
  rig.work(*daemon);
  rig.say(1, "said after");
  rig.work(*daemon);
  const auto now = rig.read("proj/one.md");
  INFO(now);
  CHECK(now.starts_with(notes));
  CHECK(count_of(now, "medlar") == 1);
  CHECK(count_of(now, "said after") == 1);
}

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
