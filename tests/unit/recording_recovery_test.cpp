// Destinations after kills, full disks, power losses and edits: the promises P2 and P5.
#include <cerrno>
#include <functional>

#include "host/recording/written_stretch.h"

#include "tests/support/catch.h"
#include "tests/unit/recording_desk.h"

using namespace kato;
using kato::test::Desk;
using kato::test::FileOperation;

namespace {

constexpr UnixMillis kSeen{1'772'036'815'012};
constexpr uint64_t kMostOperations = 400;
constexpr std::string_view kAll =
    "# title\n1 text 1\n2 text 2\n3 text 3\n4 text 4\n5 text 5\n6 text 6\n";
constexpr std::string_view kTitle = "# title\n";
constexpr std::string_view kExport = "# title\n1 text 1\n2 text 2\n3 text 3\n";
constexpr std::string_view kBody = "1 text 1\n2 text 2\n3 text 3\n";

// What a desk is before the run that is killed; what the run does, as often as it is begun.
struct Scenario {
  std::function<void(Desk&)> prepare;
  std::function<Status(Desk&)> act;
};

std::string uninterrupted(const Scenario& scenario) {
  Desk desk;
  scenario.prepare(desk);
  REQUIRE(scenario.act(desk));
  return desk.written();
}

std::string leftovers(Desk& desk) {
  std::string names;
  const auto entries = desk.files.list(desk.folder / "notes");
  REQUIRE(entries);
  for (const auto& entry : *entries) {
    if (entry.name != ".keep" && entry.name != "a.txt") names += entry.name + " ";
  }
  return names;
}

// Kills a run at each of its operations, and each time the next one at each of `second`.
void kill_everywhere(const Scenario& scenario, const std::vector<uint64_t>& second) {
  const auto expected = uninterrupted(scenario);
  for (uint64_t first = 0; first < kMostOperations; ++first) {
    bool killed = false;
    for (const auto later : second) {
      Desk desk;
      scenario.prepare(desk);
      desk.kill_at(first);
      static_cast<void>(scenario.act(desk));
      killed = desk.was_killed();
      desk.restart();
      desk.kill_at(later);
      static_cast<void>(scenario.act(desk));
      desk.restart();
      INFO("killed at operation " << first << ", then at " << later);
      REQUIRE(scenario.act(desk));
      REQUIRE(desk.written() == expected);
      REQUIRE(leftovers(desk).empty());
    }
    if (!killed) return;
  }
  FAIL("the scenario never came to its end");
}

std::vector<uint64_t> every(uint64_t count) {
  std::vector<uint64_t> all;
  all.reserve(count);
  for (uint64_t i = 0; i < count; ++i) {
    all.push_back(i);
  }
  return all;
}

// Several writes behind one commit.
Status record_on(Desk& desk) {
  for (const int texts : {3, 5, 6}) {
    desk.say_up_to(texts);
    if (auto served = desk.serve(); !served) return served;
  }
  return desk.commit();
}

void begin(Desk& desk) {
  desk.period(0);
  REQUIRE(desk.commit());
}

// Kills the run at each of its appends to the destination, which is then half done; the user edits
// the file; the next run goes on.
void kill_in_append(const std::function<void(Desk&)>& edit,
                    const std::function<void(const std::string&)>& judge, int first = 0) {
  for (int nth = first; nth < 3; ++nth) {
    Desk desk;
    begin(desk);
    int seen = 0;
    bool dead = false;
    desk.files.fault = [&](FileOperation operation, const std::string& path) {
      dead =
          dead || (operation == FileOperation::kAppend && path.ends_with("a.txt") && seen++ == nth);
      return dead ? EIO : 0;
    };
    CHECK_FALSE(record_on(desk));
    desk.restart();
    edit(desk);
    REQUIRE(record_on(desk));
    INFO("killed in append " << nth);
    judge(desk.written());
  }
}

size_t count_of(const std::string& text, std::string_view part) {
  size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

// The first one of it is gone; nothing else is.
std::string without(std::string text, std::string_view part) {
  const auto at = text.find(part);
  if (at != std::string::npos) text.erase(at, part.size());
  return text;
}

void ask_for_export(Desk& desk, const std::string& note) {
  if (!note.empty()) desk.folder.write("notes/a.txt", note);
  desk.obey("::export a.txt", 3);
  REQUIRE(desk.meta.pending_exports.size() == 1);
  REQUIRE(desk.commit());
}

}  // namespace

TEST_CASE("P2: a recording that is killed at any two operations ends as one that was not",
          "[recording][P2]") {
  kill_everywhere({.prepare = begin, .act = record_on}, every(30));
}

TEST_CASE("P2, P5: so does one that gives a note a new head", "[recording][P2][P5]") {
  const Scenario scenario{.prepare =
                              [](Desk& desk) {
                                desk.folder.write("notes/a.txt", "---\nmine\n---\nno end of line");
                                desk.period(0);
                                const auto mark = mark_of(desk.files, desk.folder / "notes/a.txt");
                                desk.recording().after = *mark;
                                REQUIRE(desk.commit());
                              },
                          .act = record_on};
  CHECK(
      uninterrupted(scenario).starts_with("---\nrecorded\nmine\n---\nno end of line\n1 text 1\n"));
  kill_everywhere(scenario, every(30));
}

TEST_CASE("P2: so does a capture that replaces its own file", "[recording][P2]") {
  const Scenario scenario{.prepare =
                              [](Desk& desk) {
                                desk.period(2);
                                REQUIRE(desk.serve());
                                desk.obey("::capture a.txt", 3);
                                REQUIRE(desk.recording().intent);
                                REQUIRE(desk.commit());
                              },
                          .act = record_on};
  CHECK(uninterrupted(scenario).starts_with("# title\n1 text 1\n2 text 2\n"));
  kill_everywhere(scenario, every(30));
}

TEST_CASE("P2: what is switched off and on before a capture has replaced its file goes on there",
          "[recording][P2]") {
  Desk desk;
  desk.period(2);
  REQUIRE(desk.serve());
  desk.obey("::capture a.txt", 3);
  desk.say(3);
  desk.obey("::stop", 4);
  desk.obey("::start a.txt", 6);
  REQUIRE(desk.recording().intent);
  REQUIRE(desk.serve());
  CHECK(desk.written() == "# title\n1 text 1\n2 text 2\n3 text 3\n4 text 4\n5 text 6\n");
}

TEST_CASE("P2: so does an export, into a new file and into a note", "[recording][P2]") {
  for (const std::string note : {"", "a note", "a note\n"}) {
    const Scenario scenario{.prepare = [&note](Desk& desk) { ask_for_export(desk, note); },
                            .act = [](Desk& desk) { return desk.export_all(); }};
    INFO("into '" << note << "'");
    CHECK(uninterrupted(scenario).ends_with(note.empty() ? kExport : kBody));
    kill_everywhere(scenario, every(20));
  }
}

TEST_CASE("P2, P5: a kill, an edit and a power loss leave an export once and the edit as it is",
          "[recording][P2][P5]") {
  for (const std::string note : {"", "a note", "a note\n"}) {
    for (uint64_t first = 0; first < kMostOperations; ++first) {
      bool killed = false;
      for (uint64_t second = 0; second < 24; ++second) {
        for (const bool lost_power : {false, true}) {
          Desk desk;
          ask_for_export(desk, note);
          desk.kill_at(first);
          static_cast<void>(desk.export_all());
          killed = desk.was_killed();
          desk.restart();
          desk.folder.write("notes/a.txt", desk.written() + "mine\n");
          desk.kill_at(second);
          static_cast<void>(desk.export_all());
          desk.restart(lost_power);
          REQUIRE(desk.export_all());
          INFO("into '" << note << "', killed at " << first << ", then at " << second
                        << (lost_power ? ", then without power" : "") << ":\n"
                        << desk.written());
          REQUIRE(count_of(desk.written(), "mine\n") == 1);
          REQUIRE(without(desk.written(), "mine\n").ends_with(kBody));
          REQUIRE(count_of(without(desk.written(), "mine\n"), kBody) == 1);
        }
      }
      if (!killed) break;
    }
  }
}

TEST_CASE("P2, P5: so do they a recording", "[recording][P2][P5]") {
  for (uint64_t first = 0; first < kMostOperations; ++first) {
    bool killed = false;
    for (uint64_t second = 0; second < 30; ++second) {
      Desk desk;
      begin(desk);
      desk.kill_at(first);
      static_cast<void>(record_on(desk));
      killed = desk.was_killed();
      desk.restart();
      desk.folder.write("notes/a.txt", desk.written() + "mine\n");
      desk.kill_at(second);
      static_cast<void>(record_on(desk));
      desk.restart(true);
      REQUIRE(record_on(desk));
      INFO("killed at " << first << ", then at " << second << ":\n" << desk.written());
      // Into a file with content goes no head.
      const auto text = without(desk.written(), "mine\n");
      REQUIRE((text == kAll || text == kAll.substr(kTitle.size())));
    }
    if (!killed) break;
  }
}

TEST_CASE("P2: an export whose file was removed halfway is written whole", "[recording][P2]") {
  Desk desk;
  ask_for_export(desk, "");
  desk.files.fault = [](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kAppend && path.ends_with("a.txt") ? ENOSPC : 0;
  };
  CHECK_FALSE(desk.export_all());
  desk.files.fault = {};
  REQUIRE(desk.files.remove(desk.folder / "notes/a.txt"));
  REQUIRE(desk.export_all());
  CHECK(desk.written() == kExport);
}

TEST_CASE("P5: what the user appends after a kill stays, and nothing is doubled",
          "[recording][P5]") {
  const auto append = [](Desk& desk) {
    desk.folder.write("notes/a.txt", desk.written() + "mine\n");
  };
  kill_in_append(append, [](const std::string& text) {
    auto without = text;
    const auto mine = text.find("mine\n");
    REQUIRE(mine != std::string::npos);
    without.erase(mine, 5);
    CHECK(without == kAll);
  });
}

TEST_CASE("P5: no head goes behind what the user wrote into a file that was still empty",
          "[recording][P5]") {
  for (const bool lost_power : {false, true}) {
    Desk desk;
    begin(desk);
    desk.files.fault = [](FileOperation operation, const std::string& path) {
      return operation == FileOperation::kAppend && path.ends_with("a.txt") ? EIO : 0;
    };
    CHECK_FALSE(record_on(desk));
    desk.folder.write("notes/a.txt", "mine\n");
    desk.restart(lost_power);
    REQUIRE(record_on(desk));
    CHECK(desk.written() == "mine\n" + std::string(kAll.substr(kTitle.size())));
  }
}

TEST_CASE("P5: nor does the head of an export", "[recording][P5]") {
  for (const bool lost_power : {false, true}) {
    Desk desk;
    ask_for_export(desk, "");
    desk.files.fault = [](FileOperation operation, const std::string& path) {
      return operation == FileOperation::kAppend && path.ends_with("a.txt") ? EIO : 0;
    };
    CHECK_FALSE(desk.export_all());
    desk.folder.write("notes/a.txt", "mine\n");
    desk.restart(lost_power);
    REQUIRE(desk.export_all());
    CHECK(desk.written() == "mine\n" + std::string(kBody));
  }
}

TEST_CASE("P5: a note that begins by chance as an export was to begin stays what it is",
          "[recording][P5]") {
  for (const bool lost_power : {false, true}) {
    Desk desk;
    ask_for_export(desk, "");
    desk.files.fault = [](FileOperation operation, const std::string& path) {
      return operation == FileOperation::kAppend && path.ends_with("a.txt") ? EIO : 0;
    };
    CHECK_FALSE(desk.export_all());
    desk.folder.write("notes/a.txt", "# tasks of mine\n");
    desk.restart(lost_power);
    REQUIRE(desk.export_all());
    CHECK(desk.written() == "# tasks of mine\n" + std::string(kBody));
  }
}

TEST_CASE("P5: what the user inserts before the end after a kill moves nothing",
          "[recording][P5]") {
  const auto insert = [](Desk& desk) {
    desk.folder.write("notes/a.txt", "mine\n" + desk.written());
  };
  kill_in_append(insert,
                 [](const std::string& text) { CHECK(text == "mine\n" + std::string(kAll)); });
}

TEST_CASE("P5: so does what is inserted into the text that was written last", "[recording][P5]") {
  const auto insert = [](Desk& desk) {
    auto text = desk.written();
    text.insert(text.find("text"), "mine ");
    desk.folder.write("notes/a.txt", text);
  };
  kill_in_append(
      insert,
      [](const std::string& text) {
        INFO(text);
        CHECK(count_of(text, "mine ") == 1);
        CHECK(without(text, "mine ") == kAll);
      },
      1);
}

TEST_CASE("P2, P5: what the user edits before an append, and after it, misleads no search",
          "[recording][P2][P5]") {
  for (const std::string_view edit : {"", "more than what is written next\n"}) {
    Desk desk;
    begin(desk);
    REQUIRE(desk.serve());
    desk.say(1);
    REQUIRE(desk.serve());  // the edit is before what was written last
    REQUIRE(desk.commit());
    auto text = desk.written();
    text.replace(text.find("1 text 1\n"), 9, edit);
    desk.folder.write("notes/a.txt", text);
    desk.say(2);
    REQUIRE(desk.serve());
    const std::string_view later = edit.empty() ? "" : "# ";
    desk.folder.write("notes/a.txt", std::string(later) + desk.written());
    desk.restart();
    REQUIRE(desk.serve());
    CHECK(desk.written() == std::string(later) + text + "5 text 5\n6 text 6\n");
  }
}

TEST_CASE("P5: what the user removed after it was written is not written again",
          "[recording][P5]") {
  Desk desk;
  begin(desk);
  REQUIRE(desk.serve());
  desk.say(1);
  REQUIRE(desk.serve());
  desk.say(1);
  REQUIRE(desk.serve());
  desk.folder.write("notes/a.txt", "# title\n5 text 5\n");
  desk.restart();
  desk.say(1);
  REQUIRE(desk.serve());
  CHECK(count_of(desk.written(), "text 1") == 0);
  CHECK(count_of(desk.written(), "text 4") == 0);
  CHECK(desk.written().ends_with("6 text 6\n"));
}

TEST_CASE("P2: a full disk cuts an append, and nothing is doubled later", "[recording][P2]") {
  Desk desk;
  begin(desk);
  REQUIRE(desk.serve());
  desk.say(2);
  for (int attempt = 0; attempt < 3; ++attempt) {
    desk.files.fault = [](FileOperation operation, const std::string& path) {
      return operation == FileOperation::kAppend && path.ends_with("a.txt") ? ENOSPC : 0;
    };
    CHECK_FALSE(desk.serve());
    if (attempt == 1) desk.restart();
  }
  desk.files.fault = {};
  desk.say(1);
  REQUIRE(desk.serve());
  CHECK(desk.written() == "# title\n1 text 1\n2 text 2\n3 text 3\n4 text 4\n5 text 5\n6 text 6\n");
  CHECK_FALSE(desk.recording().unsure);
  CHECK(desk.recording().whole_file);
}

TEST_CASE("P2: after a power loss capture times that are gone do not double anything",
          "[recording][P2]") {
  Desk desk;
  begin(desk);
  REQUIRE(desk.serve());
  REQUIRE(desk.commit());
  desk.say(2, kSeen);
  REQUIRE(desk.serve());  // the file reached the disk, the meta did not
  const auto written = desk.written();
  CHECK(written.ends_with("5 text 5 @2026-02-25T16:26:55.012Z\n"));
  for (const auto kept : {written.size(), written.size() - 40, written.size() - 45}) {
    Desk again;
    begin(again);
    REQUIRE(again.serve());
    REQUIRE(again.commit());
    again.say(2, kSeen);
    again.folder.write("notes/a.txt", written.substr(0, kept));
    again.forget_capture_times();
    again.restart(true);
    REQUIRE(again.serve());
    again.say(1);
    REQUIRE(again.serve());
    INFO(again.written());
    CHECK(count_of(again.written(), "4 text 4 @2026") == 1);
    CHECK(count_of(again.written(), "4 text 4") == 1);
    CHECK(again.written().ends_with("6 text 6\n"));
    if (kept == written.size()) CHECK(again.written() == written + "6 text 6\n");
  }
}

TEST_CASE("P2: capture times that are gone double nothing behind a person's line either",
          "[recording][P2]") {
  Desk desk;
  begin(desk);
  REQUIRE(desk.serve());
  REQUIRE(desk.commit());
  const auto committed = desk.written().size();
  desk.say(2, kSeen);
  REQUIRE(desk.serve());  // the file reached the disk, the meta did not
  auto edited = desk.written();
  edited.insert(committed, "mine\n");
  desk.folder.write("notes/a.txt", edited);
  desk.forget_capture_times();
  desk.restart(true);
  REQUIRE(desk.serve());
  CHECK(desk.written() == edited);
}

TEST_CASE("P2: after a power loss what stands behind a new head is known again",
          "[recording][P2]") {
  Desk desk;
  desk.folder.write("notes/a.txt", "---\nmine\n");
  desk.period(0);
  desk.recording().after = *mark_of(desk.files, desk.folder / "notes/a.txt");
  REQUIRE(desk.commit());
  REQUIRE(desk.serve());  // the file reached the disk, the last meta did not
  const auto written = desk.written();
  REQUIRE(written == "---\nrecorded\nmine\n1 text 1\n2 text 2\n3 text 3\n");
  desk.restart(true);
  REQUIRE(desk.serve());
  CHECK(desk.written() == written);
}

TEST_CASE("P2: after a power loss nothing is doubled in a file from which a person took something",
          "[recording][P2]") {
  // What stands before the tail, the tail with it, and all but the last line.
  for (const std::string_view left : {"# title\n2 text 2\n3 text 3\n", "# title\n", "3 text 3\n"}) {
    Desk desk;
    begin(desk);
    REQUIRE(desk.serve());
    REQUIRE(desk.commit());
    desk.folder.write("notes/a.txt", left);
    desk.say(1);
    REQUIRE(desk.serve());
    const auto written = desk.written();
    REQUIRE(written == std::string(left) + "4 text 4\n");
    desk.restart(true);
    REQUIRE(desk.serve());
    CHECK(desk.written() == written);
    desk.say(1);
    REQUIRE(desk.serve());
    CHECK(desk.written() == written + "5 text 5\n");
  }
}

TEST_CASE("P2: a second power loss behind an edit that the first one came with doubles nothing",
          "[recording][P2]") {
  Desk desk;
  begin(desk);
  REQUIRE(desk.serve());
  REQUIRE(desk.commit());
  desk.folder.write("notes/a.txt", "mine\n" + desk.written());
  desk.say(1);
  desk.restart(true);
  REQUIRE(desk.serve());
  const auto written = desk.written();
  REQUIRE(written.ends_with("3 text 3\n4 text 4\n"));
  desk.restart(true);
  REQUIRE(desk.serve());
  CHECK(desk.written() == written);
}

TEST_CASE("P2: what begins by chance like the next event is not taken for it after a power loss",
          "[recording][P2]") {
  Desk desk;
  begin(desk);
  REQUIRE(desk.serve());
  REQUIRE(desk.commit());
  const auto committed = desk.written().size();
  desk.say(2);
  REQUIRE(desk.serve());
  auto edited = desk.written();
  const std::string_view last = "3 text 3\n";
  REQUIRE(edited.substr(0, committed).ends_with(last));
  edited.insert(committed - last.size(), "my mark: 4 is mine\n");
  REQUIRE(edited[committed] == '4');
  desk.folder.write("notes/a.txt", edited);
  desk.restart(true);
  REQUIRE(desk.serve());
  CHECK(desk.written() == edited);
}

TEST_CASE("P2: a second power loss behind an event that the first one tore doubles nothing",
          "[recording][P2]") {
  Desk desk;
  begin(desk);
  REQUIRE(desk.serve());
  REQUIRE(desk.commit());
  desk.say(3);
  REQUIRE(desk.serve());
  desk.folder.write("notes/a.txt", std::string(kAll.substr(0, kAll.find("xt 5"))));
  desk.restart(true);
  REQUIRE(desk.serve());
  REQUIRE(desk.written() == kAll);
  desk.restart(true);
  REQUIRE(desk.serve());
  CHECK(desk.written() == kAll);
}

TEST_CASE("P2: what was torn behind its capture time is known again, and what is another's is not",
          "[recording][P2]") {
  Desk desk;
  const LooseBytes wanted{.bytes = "at 00:00 text\n",
                          .mask = std::string("\0\0\0\1\1\0\1\1\0\0\0\0\0\0", 14)};
  const auto found = [&](const std::string& content) {
    desk.folder.write("notes/a.txt", content);
    const auto place = desk.policy.check(desk.folder / "notes/a.txt", "");
    auto file = DestinationFile::open(desk.files, place, false, false);
    REQUIRE(file);
    const UnsureStretch all{.end_bytes = content.size(), .after_power_loss = true};
    const auto stretch = WrittenStretch::locate(*file, all, {});
    REQUIRE(stretch);
    const auto there = stretch->match(file->file(), wanted);
    REQUIRE(there);
    return there->value_or("nothing");
  };
  CHECK(found("at 12:34 text\nmore") == "at 12:34 text\n");
  CHECK(found("at 12:34 te") == "at 12:34 text\n");
  CHECK(found("at 12:3") == "nothing");
  CHECK(found("at 12:34 other text") == "nothing");
  CHECK(found("a note of mine\nat 12:34 text\nmore") == "at 12:34 text\n");
  CHECK(found("a note of mine\nat 12:34 te") == "at 12:34 text\n");
  CHECK(found("a note of mine\nat 12:3") == "nothing");
}

TEST_CASE("P5: mode stays when a note gets a new head", "[recording][P5]") {
  Desk desk;
  desk.folder.write("notes/a.txt", "---\nmine\n");
  auto file = desk.files.open(desk.folder / "notes/a.txt", OpenMode::kAppend);
  REQUIRE((*file)->set_mode(0640));
  desk.period(0);
  REQUIRE(desk.serve());
  CHECK(desk.written().starts_with("---\nrecorded\nmine\n1 text 1\n"));
  CHECK(desk.files.info(desk.folder / "notes/a.txt")->mode == 0640);
}

TEST_CASE("P5: a note that changes while it gets a new head keeps its own", "[recording][P5]") {
  Desk desk;
  desk.folder.write("notes/a.txt", "---\nmine\n");
  desk.period(0);
  desk.files.fault = [&](FileOperation operation, const std::string& path) {
    // Just before the files change places.
    if (operation == FileOperation::kRename && path.ends_with(".kato-new")) {
      desk.folder.write("notes/a.txt", "---\nMINE\n");
    }
    return 0;
  };
  REQUIRE(desk.serve());
  CHECK(desk.written() == "---\nMINE\n1 text 1\n2 text 2\n3 text 3\n");
  CHECK(leftovers(desk).empty());
}

TEST_CASE("a recording reads no more of its file and twin than it has to", "[recording]") {
  Desk desk;
  desk.say(2000);
  begin(desk);
  REQUIRE(desk.serve());
  desk.say(1);
  const auto before = desk.files.counts.read_bytes;
  REQUIRE(desk.serve());
  CHECK(desk.files.counts.read_bytes - before < 10'000);
}
