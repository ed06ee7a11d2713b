// Twins that are made late, made again, and removed.
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "host/daemon/relocation.h"
#include "host/event/event_id.h"

#include "tests/support/catch.h"
#include "tests/unit/runtime_rig.h"

using namespace kato;
using kato::test::RuntimeRig;
using Texts = std::vector<std::string>;

namespace {

RecordingMeta recording_from(uint64_t seq, const std::optional<EventId>& id) {
  RecordingMeta recording;
  recording.recording_id = "r";
  recording.destination = "/notes/a.md";
  recording.periods.push_back(
      {.start = {.seq = seq, .event_id = id, .time = {}}, .stop = std::nullopt});
  return recording;
}

std::vector<uint64_t> seqs(RuntimeRig& rig) {
  std::vector<uint64_t> all;
  for (const auto& line : rig.lines_with("\"seq\":")) {
    all.push_back(std::stoull(line.substr(line.find("\"seq\":") + 6)));
  }
  return all;
}

}  // namespace

TEST_CASE("P3: a late twin has the capture times of the step that called for it, and no others",
          "[runtime][P3]") {
  RuntimeRig rig;
  rig.write("a.log", "session one\nuser k1 one\n");
  rig.open();
  rig.read();
  rig.append("a.log", "user k2 two\n");
  rig.read(24);
  rig.append("a.log", "user k3 three\n");
  StepEvents events(rig.runtime().ref());
  REQUIRE(rig.runtime().ingest(0, {.live_from_bytes = 24, .now = rig.clock.now()}, events));
  REQUIRE(rig.runtime().make_twin(events.captured));
  REQUIRE(rig.runtime().commit_now());
  CHECK(rig.said() == Texts{"one", "two", "three"});
  const auto timed = rig.lines_with("capturedAt");
  REQUIRE(timed.size() == 1);
  CHECK(timed[0].find("three") != std::string::npos);
}

TEST_CASE("P2: a late twin keeps to the order in which its sources were read", "[runtime][P2]") {
  RuntimeRig rig;
  rig.write("a.log", "session one\nuser k1 one\n");
  rig.write("b.log", "session one continues\nuser k2 two\n");
  rig.open();
  rig.read();
  rig.append("a.log", "user k3 three\n");
  rig.read();
  rig.append("b.log", "user k4 four\n");
  rig.read();
  REQUIRE(rig.runtime().make_twin({}));
  REQUIRE(rig.runtime().commit_now());
  CHECK(rig.said() == Texts{"one", "two", "three", "four"});
}

TEST_CASE("a twin that was being made when the process was killed is begun again",
          "[runtime][P2]") {
  RuntimeRig rig;
  rig.write("a.log", "session one\nuser k1 one\n");
  rig.open();
  rig.read();
  REQUIRE(rig.runtime().make_twin({}));  // lies beside; no meta names it
  REQUIRE(std::filesystem::exists(rig.file(".twin.jsonl.g1")));
  rig.reopen();
  CHECK_FALSE(rig.runtime().meta().twin.exists);
  CHECK_FALSE(std::filesystem::exists(rig.file(".twin.jsonl.g1")));
  REQUIRE(rig.runtime().make_twin({}));
  REQUIRE(rig.runtime().commit_now());
  CHECK(rig.said() == Texts{"one"});
}

TEST_CASE("a twin that was committed but not in its place yet is put there", "[runtime][P2]") {
  RuntimeRig rig;
  rig.write("a.log", "session one\nuser k1 one\n");
  rig.open();
  rig.read();
  rig.files.fault = [](kato::test::FileOperation operation, const std::string& path) {
    const bool swaps = operation == kato::test::FileOperation::kRename;
    return swaps && path.ends_with(".twin.jsonl") ? EIO : 0;
  };
  REQUIRE(rig.runtime().make_twin({}));
  CHECK_FALSE(rig.runtime().commit_now());
  rig.files.fault = {};
  rig.reopen();
  CHECK(rig.said() == Texts{"one"});
  CHECK(std::filesystem::exists(rig.file(".twin.jsonl")));
}

TEST_CASE("P1: reprocessing takes the present mapping and leaves recordings alone",
          "[runtime][P1][P3]") {
  RuntimeRig rig;
  rig.write("a.log", "session one\nuser k1 one\n");
  rig.open();
  rig.read();
  REQUIRE(rig.runtime().make_twin({}));
  rig.append("a.log", "user k2 two\n");
  rig.read(0);
  auto& written = rig.runtime().meta().recordings.emplace_back(recording_from(0, {}));
  written.cursor = {.written = rig.runtime().meta().command_cursor,
                    .twin_offset = rig.runtime().meta().twin.size_bytes,
                    .twin_generation = rig.runtime().meta().twin.generation};
  written.state = SavedBlob{};
  REQUIRE(rig.runtime().commit_now());
  rig.set_provider({.version = "2.0.0", .shouts = true});
  rig.open();
  REQUIRE(rig.runtime().reprocess());
  CHECK(rig.said() == Texts{"ONE", "TWO"});
  CHECK(rig.lines_with("capturedAt").size() == 1);
  CHECK_FALSE(is_behind(rig.runtime().meta().recordings[0], rig.runtime().twin_source()));
  CHECK(rig.runtime().meta().twin.generation == 2);
  rig.append("a.log", "user k3 three\n");
  rig.read();
  CHECK(rig.said() == Texts{"ONE", "TWO", "THREE"});
  CHECK(is_behind(rig.runtime().meta().recordings[0], rig.runtime().twin_source()));
}

TEST_CASE("P6: reprocessing leaves nothing of a copy that was not yet in its place",
          "[runtime][P6]") {
  RuntimeRig rig;
  rig.write("a.log", "session one\nuser k1 one\n");
  rig.open();
  rig.read();
  REQUIRE(rig.runtime().make_twin({}));
  rig.runtime().commit_soon();
  REQUIRE(rig.runtime().reprocess());
  CHECK(rig.said() == Texts{"one"});
  CHECK_FALSE(std::filesystem::exists(rig.file(".twin.jsonl.g1")));
  CHECK_FALSE(std::filesystem::exists(rig.file(".twin.jsonl.g2")));
}

TEST_CASE("P6: a copy that cannot be written leaves nothing behind", "[runtime][P6]") {
  RuntimeRig rig;
  rig.write("a.log", "session one\nuser k1 one\n");
  rig.open();
  rig.read();
  rig.files.fault = [](test::FileOperation operation, const std::string& path) {
    return operation == test::FileOperation::kAppend && path.ends_with(".g1") ? ENOSPC : 0;
  };
  CHECK_FALSE(rig.runtime().make_twin({}));
  CHECK_FALSE(std::filesystem::exists(rig.file(".twin.jsonl.g1")));
}

TEST_CASE("P10: reprocessing keeps what only the twin still has", "[runtime][P10]") {
  RuntimeRig rig;
  rig.write("a.log", "session one\nuser k1 one\n");
  rig.open();
  rig.read();
  REQUIRE(rig.runtime().make_twin({}));
  REQUIRE(rig.runtime().commit_now());
  rig.remove("a.log");
  rig.set_provider({.version = "2.0.0", .shouts = true});
  rig.open();
  REQUIRE(rig.runtime().reprocess());
  CHECK(rig.said() == Texts{"one"});
}

TEST_CASE("P2: cursors and periods are found again by event id", "[runtime][P2]") {
  RuntimeRig rig;
  rig.write("a.log", "session one\nuser k1 one\nuser k2 two\nuser k3 three\n");
  rig.open();
  rig.read();
  auto& meta = rig.runtime().meta();
  REQUIRE(rig.runtime().make_twin({}));
  REQUIRE(rig.runtime().commit_now());
  const auto all = seqs(rig);
  // Seqs moved on, as after a twin that was made by another version.
  const auto second = EventId(make_event_id(rig.runtime().ref().session_id, "k2", "text/0", {}));
  meta.recordings.push_back(recording_from(77, second));
  meta.recordings[0].cursor.written = EventPosition{.seq = 77, .event_id = second};
  REQUIRE(rig.runtime().reprocess());
  CHECK(meta.recordings[0].periods[0].start.seq == all[2]);
  CHECK(meta.recordings[0].cursor.written->seq == all[2]);
  CHECK(meta.recordings[0].cursor.twin_offset < meta.twin.size_bytes);
  CHECK(meta.next_seq == all.back() + 1);
}

TEST_CASE("P2: periods from the command line, which name no event, move with those around them",
          "[runtime][P2]") {
  const auto id = [](const char* key) { return EventId(make_event_id("s", key, "text/0", {})); };
  Relocation relocation;
  for (const auto* const key : {"a", "b", "c", "d"}) {
    relocation.add_old({.seq = static_cast<uint64_t>(key[0] - 'a' + 1), .event_id = id(key)});
  }
  // The first one is no event any more, and one is new in the middle.
  relocation.add_new({.position = {.seq = 1, .event_id = id("b")}, .end_bytes = 10});
  relocation.add_new({.position = {.seq = 2, .event_id = id("new")}, .end_bytes = 20});
  relocation.add_new({.position = {.seq = 3, .event_id = id("c")}, .end_bytes = 30});
  relocation.add_new({.position = {.seq = 4, .event_id = id("d")}, .end_bytes = 40});
  SessionMeta meta;
  meta.next_seq = 5;
  meta.recordings.push_back(recording_from(3, {}));  // begun behind b
  meta.recordings.push_back(recording_from(2, {}));  // begun behind a, ended behind c
  meta.recordings[1].periods[0].stop = PeriodMark{.seq = 3, .event_id = {}, .time = {}};
  meta.recordings.push_back(recording_from(5, {}));  // begun behind d
  relocation.apply(meta, {.exists = true, .generation = 2, .size_bytes = 40},
                   {false, false, false});
  CHECK(meta.recordings[0].periods[0].start.seq == 2);
  CHECK(meta.recordings[1].periods[0].start.seq == 1);
  CHECK(meta.recordings[1].periods[0].stop->seq == 3);
  CHECK(meta.recordings[2].periods[0].start.seq == 5);
}

TEST_CASE("P2: a late twin is what a twin from the beginning would be", "[runtime][P2]") {
  RuntimeRig rig;  // its log does not say that it states things again: the mark counts for nothing
  rig.write("a.log", "session one\nuser k1 one\n");
  rig.open();
  rig.read();
  SECTION("made early") {
    REQUIRE(rig.runtime().make_twin({}));
  }
  rig.append("a.log", "again k2 one\n");
  rig.read();
  REQUIRE(rig.runtime().make_twin({}));
  REQUIRE(rig.runtime().commit_now());
  CHECK(rig.said() == Texts{"one", "one"});
}

TEST_CASE("P2: what came into a document since it was read is not in its late twin",
          "[runtime][P2]") {
  RuntimeRig rig;
  rig.write("a.doc", "session one\nuser k1 one\n");
  rig.open();
  rig.read();
  rig.write("a.doc", "session one\nuser k1 one\nuser k2 ::stop\n");
  REQUIRE(rig.runtime().make_twin({}));
  CHECK(rig.said() == Texts{"one"});
  CHECK(rig.read().commands == Texts{"stop"});
  CHECK(rig.said() == Texts{"one", "::stop"});
}

TEST_CASE("without a log there is no late twin", "[runtime][P10]") {
  RuntimeRig rig;
  rig.write("a.log", "session one\nuser k1 one\n");
  rig.open();
  rig.read();
  rig.remove("a.log");
  rig.reopen();
  const auto made = rig.runtime().make_twin({});
  REQUIRE_FALSE(made);
  CHECK(made.error().code() == ErrorCode::kNotFound);
  CHECK_FALSE(std::filesystem::exists(rig.file(".twin.jsonl.g1")));
}

TEST_CASE("P6: a removed twin leaves no file behind, whenever the process was killed",
          "[runtime][P6]") {
  RuntimeRig rig;
  rig.write("a.log", "session one\nuser k1 one\nhold k2 kept back\n");
  rig.open();
  rig.read();
  REQUIRE(rig.runtime().make_twin({}));
  REQUIRE(rig.runtime().commit_now());
  REQUIRE(std::filesystem::exists(rig.file(".held")));
  rig.files.fault = [](kato::test::FileOperation operation, const std::string& path) {
    return operation == kato::test::FileOperation::kRemove && path.ends_with(".jsonl") ? EIO : 0;
  };
  CHECK_FALSE(rig.runtime().remove_twin());  // killed behind the commit
  rig.files.fault = {};
  rig.reopen();
  CHECK_FALSE(rig.runtime().meta().twin.exists);
  CHECK_FALSE(std::filesystem::exists(rig.file(".twin.jsonl")));
  CHECK_FALSE(std::filesystem::exists(rig.file(".held")));
}

TEST_CASE("P10: a twin whose meta was moved away is taken over", "[runtime][P10]") {
  RuntimeRig rig;
  rig.write("a.log", "session one\nuser k1 one\n");
  rig.open();
  rig.read();
  rig.append("a.log", "user k2 ::stop\nuser k3 three\n");
  StepEvents events(rig.runtime().ref());
  REQUIRE(rig.runtime().ingest(0, {.live_from_bytes = 24, .now = rig.clock.now()}, events));
  REQUIRE(rig.runtime().make_twin(events.captured));
  REQUIRE(rig.runtime().commit_now());
  const auto timed = rig.lines_with("capturedAt");
  REQUIRE_FALSE(timed.empty());
  std::filesystem::remove(rig.file(".meta.json"));

  SECTION("the log holds less than the twin") {
    rig.write("a.log", "session one\nuser k1 one\nuser k4 four\n");
    rig.reopen();
    CHECK(rig.read().commands.empty());
    CHECK(rig.said() == Texts{"one", "::stop", "three", "four"});
  }
  SECTION("the log went on") {
    rig.append("a.log", "user k4 four\n");
    rig.reopen();
    CHECK(rig.read().commands.empty());
    CHECK(rig.said() == Texts{"one", "::stop", "three", "four"});
  }
  SECTION("a kill comes before it is committed") {
    rig.reopen();
    rig.reopen();
    rig.read();
    CHECK(rig.said() == Texts{"one", "::stop", "three"});
  }
  CHECK(rig.lines_with("capturedAt") == timed);
  rig.reopen();
  CHECK(rig.runtime().meta().twin.exists);
  CHECK_FALSE(rig.runtime().meta().identity.title.empty());
}

TEST_CASE("P7: a damaged twin whose meta was moved away is not touched", "[runtime][P7]") {
  RuntimeRig rig;
  rig.write("a.log", "session one\nuser k1 one\nuser k2 two\n");
  rig.open();
  rig.read();
  REQUIRE(rig.runtime().make_twin({}));
  REQUIRE(rig.runtime().commit_now());
  std::filesystem::remove(rig.file(".meta.json"));
  const auto path = rig.file(".twin.jsonl");
  const auto damaged = "?" + rig.twin();
  std::ofstream(path) << damaged;
  const auto opened = rig.try_open();
  REQUIRE_FALSE(opened);
  CHECK(opened.error().message().find(path) != std::string::npos);
  CHECK(rig.twin() == damaged);
}

TEST_CASE("P10: a twin whose file was removed is made again", "[runtime][P10]") {
  RuntimeRig rig;
  rig.write("a.log", "session one\nuser k1 one\nuser k2 two\n");
  rig.open();
  rig.read();
  REQUIRE(rig.runtime().make_twin({}));
  REQUIRE(rig.runtime().commit_now());
  std::filesystem::remove(rig.file(".twin.jsonl"));
  CHECK(rig.runtime().has_lost_twin());
  REQUIRE(rig.runtime().make_twin({}));
  REQUIRE(rig.runtime().commit_now());
  CHECK_FALSE(rig.runtime().has_lost_twin());
  CHECK(rig.said() == Texts{"one", "two"});
}
