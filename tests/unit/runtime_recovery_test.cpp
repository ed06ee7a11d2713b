// What a kill, a power loss or a damaged file leaves of a session, and what becomes of it.
#include <filesystem>

#include "tests/support/catch.h"
#include "tests/unit/runtime_rig.h"

using namespace kato;
using kato::test::RuntimeRig;
using Texts = std::vector<std::string>;

namespace {

const std::string kHead = "session one\n";

// A session with a twin of two messages, read and committed.
void begin(RuntimeRig& rig) {
  rig.write("a.log", kHead + "user k1 one\nassistant k2 two\n");
  rig.open();
  rig.read();
  REQUIRE(rig.runtime().make_twin({}));
  REQUIRE(rig.runtime().commit_now());
}

}  // namespace

TEST_CASE("P2, P3: lines that no meta knows are adopted with their capture times",
          "[runtime][P2][P3]") {
  RuntimeRig rig;
  begin(rig);
  rig.append("a.log", "user k3 three\n");
  rig.read_uncommitted(0);
  const auto before = rig.twin();
  rig.clock.advance(std::chrono::hours(1));
  rig.reopen();
  CHECK(rig.runtime().meta().twin.size_bytes == before.size());
  rig.read();
  CHECK(rig.twin() == before);
  CHECK(rig.lines_with("capturedAt").size() == 1);
  rig.append("a.log", "user k4 four\n");
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "three", "four"});
}

TEST_CASE("P2: what was announced before a kill is part of whatever is committed next",
          "[runtime][P2]") {
  RuntimeRig rig;
  begin(rig);
  auto& recording = rig.runtime().meta().recordings.emplace_back();
  recording.recording_id = "r";
  recording.destination = rig.logs / "r.md";
  // Then the opening itself commits, because a copy must go.
  rig.runtime().meta().is_private = GENERATE(false, true);
  REQUIRE(rig.runtime().commit_now());
  JournaledWrite write;
  write.recording_id = "r";
  write.length_bytes = 10;
  write.cursor.written = EventPosition{.seq = 1, .event_id = {}};
  REQUIRE(rig.runtime().announce(write));
  write.offset_bytes = 10;
  write.cursor.written = EventPosition{.seq = 2, .event_id = {}};
  REQUIRE(rig.runtime().announce(write));
  rig.reopen();
  REQUIRE(rig.runtime().commit_now());
  rig.reopen();
  const auto& now = rig.runtime().meta().recordings.front();
  REQUIRE(now.cursor.written);
  CHECK(now.cursor.written->seq == 1);
  REQUIRE(now.unsure);
  CHECK(now.unsure->offset_bytes == 10);
}

TEST_CASE("adopting decodes nothing before the cursor", "[runtime][P9]") {
  RuntimeRig rig;
  begin(rig);
  rig.append("a.log", "user k3 " + std::string(200'000, 'x') + "\n");
  rig.read();
  rig.append("a.log", "user k4 four\n");
  rig.read_uncommitted(0);
  uint64_t log_reads = 0;
  rig.files.fault = [&](kato::test::FileOperation operation, const std::string& path) {
    if (operation == kato::test::FileOperation::kRead && path.ends_with("a.log")) ++log_reads;
    return 0;
  };
  auto opened = rig.try_open();  // looks at the head of each log to see whose it is
  REQUIRE(opened);
  CHECK(log_reads == 1);
}

TEST_CASE("P2: commands of adopted lines are handed out once, in their order", "[runtime][P2]") {
  RuntimeRig rig;
  begin(rig);
  rig.append("a.log", "user k3 ::stop\nuser k4 ::capture b.md\n");
  rig.read_uncommitted(0);  // killed before the commit
  rig.reopen();
  rig.append("a.log", "user k5 ::start c.md\n");
  const auto brought = rig.read();
  CHECK(brought.commands == Texts{"stop", "capture", "start"});
  rig.reopen();
  rig.append("a.log", "user k6 hello\n");
  CHECK(rig.read().commands.empty());
}

TEST_CASE("P2: commands that a kill tore off their message are in the twin once", "[runtime][P2]") {
  const bool restates = GENERATE(false, true);
  RuntimeRig rig({.restates = restates});
  begin(rig);
  rig.append("a.log", "user k3 ::stop\\n::capture b.md\nassistant k4 four\n");
  rig.read_uncommitted();
  const auto whole = rig.twin();
  auto cut = whole.find(R"("command":"stop")");
  SECTION("all of them") {}
  SECTION("all of them, and what is left is committed before the log is read") {
    std::filesystem::resize_file(rig.file(".twin.jsonl"), cut);
    rig.reopen();
    REQUIRE(rig.runtime().commit_now());
  }
  SECTION("but the first one") {
    cut = whole.find(R"("command":"capture")");
  }
  std::filesystem::resize_file(rig.file(".twin.jsonl"), std::min(cut, rig.twin().size()));
  rig.reopen();
  rig.read();
  CHECK(rig.twin() == whole);
  rig.reopen();
  CHECK(rig.read().commands.empty());
  CHECK(rig.twin() == whole);
}

TEST_CASE("P2: commands that a power loss tore off their message are in the twin once",
          "[runtime][P2]") {
  RuntimeRig rig;
  begin(rig);
  rig.append("a.log", "user k3 ::stop\\n::capture b.md\nassistant k4 four\n");
  rig.read();
  std::filesystem::resize_file(rig.file(".twin.jsonl"), rig.twin().find(R"("command":"stop")"));
  rig.reopen();
  CHECK(rig.read().commands.empty());
  CHECK(rig.said() == Texts{"one", "two", "::stop\n::capture b.md", "four"});
  CHECK(rig.lines_with("user.kato-command").size() == 2);
}

TEST_CASE("P2: what was committed but not obeyed is handed out", "[runtime][P2]") {
  RuntimeRig rig;
  begin(rig);
  const auto cursor = rig.runtime().meta().command_cursor;
  rig.append("a.log", "user k3 ::stop\n");
  rig.read_uncommitted();
  rig.runtime().meta().command_cursor = cursor;
  REQUIRE(rig.runtime().commit_now());
  rig.reopen();
  StepEvents left(rig.runtime().ref());
  rig.runtime().take_unobeyed(left);
  REQUIRE(left.messages.size() == 1);
  CHECK(left.messages[0].right == CommandRight::kMayCommand);
}

TEST_CASE("ids are cut to their commit and completed from the adopted lines", "[runtime][P2]") {
  RuntimeRig rig;
  begin(rig);
  rig.append("a.log", "user k3 three\n");
  rig.read_uncommitted();
  std::ofstream(rig.file(".ids"), std::ios::app) << "torn";
  rig.reopen();
  rig.read();
  rig.reopen();
  rig.append("a.log", "user k3 three\nuser k4 four\n");
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "three", "four"});
}

TEST_CASE("P2: a twin that a power loss cut is completed from the log", "[runtime][P2][P3]") {
  RuntimeRig rig;
  begin(rig);
  rig.append("a.log", "user k3 three\n");
  rig.read(0);
  rig.append("a.log", "assistant k4 four\nuser k5 five\n");
  rig.read(0);
  const auto whole = rig.twin();
  const auto cut = whole.find("\"four\"");
  std::filesystem::resize_file(rig.file(".twin.jsonl"), cut);
  rig.reopen();
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "three", "four", "five"});
  CHECK(rig.lines_with("capturedAt").size() == 1);  // of what survived, and no invented one
}

TEST_CASE("P10: a cut twin keeps its lines though the log is gone", "[runtime][P10]") {
  RuntimeRig rig;
  begin(rig);
  std::filesystem::resize_file(rig.file(".twin.jsonl"), rig.twin().find("\"two\""));
  rig.remove("a.log");
  rig.reopen();
  CHECK(rig.said() == Texts{"one"});
  CHECK(rig.ledger_row(LedgerOutcome::kLost, "source-gone") != nullptr);
}

TEST_CASE("ids that are missing or damaged are made again", "[runtime][P2]") {
  RuntimeRig rig;
  SECTION("from the twin") {
    begin(rig);
  }
  SECTION("from the log") {
    rig.write("a.log", kHead + "user k1 one\nassistant k2 two\n");
    rig.open();
    rig.read();
  }
  SECTION("damaged") {
    begin(rig);
    std::ofstream(rig.file(".ids")) << "this is no list of ids at all";
  }
  if (std::filesystem::file_size(rig.file(".ids")) != 29) std::filesystem::remove(rig.file(".ids"));
  rig.reopen();
  rig.append("a.log", "user k1 one\nuser k3 three\n");
  rig.read();
  CHECK(rig.runtime().meta().known_ids.count == 4);  // the first line, k1, k2, k3
}

TEST_CASE("P2: ids with flipped bytes are noticed, kept beside, and made again", "[runtime][P2]") {
  RuntimeRig rig;
  begin(rig);
  {
    std::fstream ids(rig.file(".ids"), std::ios::in | std::ios::out | std::ios::binary);
    ids.seekp(-24, std::ios::end);  // all of the last one
    ids << "flipped flipped flipped ";
  }
  // Written anew, so that all of it is compared.
  rig.write("a.log", kHead + "user k1 one more\nassistant k2 two\nuser k3 three\n");
  rig.reopen();
  INFO(rig.runtime().mended());
  CHECK(rig.runtime().mended().contains(".ids is damaged"));
  CHECK(rig.runtime().mended().contains("copy of the conversation"));
  CHECK(std::filesystem::exists(rig.file(".ids.damaged")));
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "three"});
  rig.reopen();
  CHECK(rig.runtime().mended().empty());
}

TEST_CASE("P2: what came into a document while its ids were lost commands, and nothing else does",
          "[runtime][P2]") {
  struct Case {
    std::string before;  // as it was read
    std::string after;
    Texts commands;
  };
  const std::string one = "at 2026-02-25T08:00:01Z user k1 ::start one.md\n";
  const std::string two = "at 2026-02-25T08:00:02Z assistant k2 two\n";
  const auto given = GENERATE_COPY(values<Case>({
      {"user k1 ::start one.md\n", "user k1 ::start one.md\nuser k2 ::stop\n", {"stop"}},
      {one + two, one + two + "at 2026-02-25T08:00:03Z user k3 ::stop\n", {"stop"}},
      // A part that came late stands in the middle.
      {one + two,
       one + "at 2026-02-25T08:00:01Z user k9 late\n" + two +
           "at 2026-02-25T08:00:03Z user k3 ::stop\n",
       {"stop"}},
      // What was said last was taken back.
      {one + two, one + "at 2026-02-25T08:00:03Z user k3 ::stop\n", {"stop"}},
      // Nothing new; nothing that is known.
      {one + two, one + two, {}},
      {one, "user n1 ::stop\n", {}},
      {one, "at 2026-02-25T09:00:03Z user n1 ::stop\n", {}},
  }));
  RuntimeRig rig;
  rig.write("a.doc", kHead + given.before);
  rig.open();
  rig.read();
  std::filesystem::remove(rig.file(".ids"));
  rig.write("a.doc", kHead + given.after);
  INFO(given.after);
  rig.reopen();
  CHECK(rig.read().commands == given.commands);
}

TEST_CASE("a damaged twin is refused and not touched", "[runtime][P7]") {
  RuntimeRig rig;
  begin(rig);
  const auto junk = std::string(rig.twin().size() + 10, 'x');
  std::ofstream(rig.file(".twin.jsonl")) << junk;
  const auto opened = rig.try_open();
  REQUIRE_FALSE(opened);
  CHECK(opened.error().message().find("damaged") != std::string::npos);
  CHECK(rig.twin() == junk);
}

TEST_CASE("P2: what a power loss made unreadable behind the commit comes from the log again",
          "[runtime][P2]") {
  RuntimeRig rig;
  begin(rig);
  rig.append("a.log", "user k3 three\n");
  rig.read_uncommitted(0);
  const auto sound = rig.twin();
  rig.append("a.log", "user k4 four\n");
  rig.read_uncommitted(0);
  auto holed = rig.twin();
  std::fill(holed.begin() + static_cast<ptrdiff_t>(sound.size()), holed.end() - 1, '\0');
  std::ofstream(rig.file(".twin.jsonl"), std::ios::binary) << holed;
  rig.reopen();
  CHECK(rig.runtime().meta().twin.size_bytes == sound.size());
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "three", "four"});
}

TEST_CASE("held records that are damaged are taken from the log again", "[runtime][P2]") {
  RuntimeRig rig;
  rig.write("a.log", kHead + "user k1 one\nhold k2 held\n");
  rig.open();
  rig.read();
  REQUIRE(rig.runtime().make_twin({}));
  REQUIRE(rig.runtime().commit_now());
  std::ofstream(rig.file(".held")) << "{no json";
  rig.reopen();
  rig.append("a.log", "user k3 three\nrelease k2\n");
  rig.read();
  CHECK(rig.said() == Texts{"one", "three", "held"});
}

TEST_CASE("P2: words that are said again after a kill are not taken for known ones",
          "[runtime][P2]") {
  RuntimeRig rig;
  begin(rig);
  rig.write("a.log", kHead + "user n1 one\n");  // "two" may still follow
  rig.read();
  rig.append("a.log", "user k5 yes\n");
  rig.read_uncommitted();
  rig.reopen();
  rig.append("a.log", "user k6 yes\n");
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "yes", "yes"});
}
