#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "host/event/event_id.h"
#include "host/session/commit_queue.h"
#include "host/session/known_events.h"
#include "host/session/meta_store.h"
#include "host/session/session_meta_json.h"
#include "host/session/twin_log.h"
#include "host/session/twin_reader.h"
#include "host/session/unsynced_destinations.h"

#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"

using namespace kato;
using kato::test::FakeClock;
using kato::test::FaultyFileSystem;
using kato::test::FileOperation;
using kato::test::TemporaryFolder;

namespace {

EventId id_of(uint32_t number) {
  return hash128({std::string_view(reinterpret_cast<const char*>(&number), sizeof(number))});
}

std::string line_of(uint32_t number, std::string_view text = "hello") {
  Event event;
  event.body.kind = EventKind::kAssistantMessage;
  event.body.payload.text = text;
  event.id = id_of(number);
  event.seq = number;
  std::string line;
  append_event_line(line, {.provider = "p", .provider_session_id = "s", .session_id = "i"}, event);
  return line + "\n";
}

struct Fixture {
  TemporaryFolder temporary;
  FaultyFileSystem files;
  std::string path = temporary / "x";

  TwinLog open_twin(uint64_t committed_bytes) {
    auto log = TwinLog::open(files, path, committed_bytes);
    REQUIRE(log);
    return std::move(*log);
  }
  TwinReader read_twin(uint64_t begin, uint64_t end) {
    auto reader = TwinReader::open(files, path, begin, end);
    REQUIRE(reader);
    return std::move(*reader);
  }
  KnownEvents load_ids(uint64_t count) {
    auto known = KnownEvents::load(files, path, {.count = count});
    REQUIRE(known);
    return std::move(*known);
  }
};

int failing(FileOperation wanted, int error, FileOperation operation) {
  return operation == wanted ? error : 0;
}

}  // namespace

TEST_CASE("a twin is appended to and read again, event by event", "[session]") {
  Fixture f;
  auto log = f.open_twin(0);
  CHECK(log.finding() == TwinFinding::kAsCommitted);
  REQUIRE(log.append(line_of(1) + line_of(2)));
  REQUIRE(log.append(line_of(3, std::string(600000, 'x'))));
  REQUIRE(log.append(line_of(4)));
  auto reader = f.read_twin(0, log.size_bytes());
  for (uint32_t seq = 1; seq <= 4; ++seq) {
    const auto event = reader.next_event();
    REQUIRE((event && event->has_value()));
    CHECK((*event)->event.seq == seq);
    CHECK((*event)->event.id == id_of(seq));
  }
  CHECK_FALSE(*reader.next_event());
}

TEST_CASE("a twin is read from an offset, no further than asked", "[session]") {
  Fixture f;
  auto log = f.open_twin(0);
  REQUIRE(log.append(line_of(1)));
  const auto second = log.size_bytes();
  REQUIRE(log.append(line_of(2)));
  const auto third = log.size_bytes();
  REQUIRE(log.append(line_of(3)));
  auto reader = f.read_twin(second, third);
  const auto event = reader.next_event();
  CHECK((*event)->event.seq == 2);
  CHECK((*event)->offset_bytes == second);
  CHECK((*event)->end_bytes == third);
  CHECK_FALSE(*reader.next_event());
  CHECK(f.files.counts.read_bytes == third - second);
}

TEST_CASE("an event is found by its id, not by what is said in a text", "[session]") {
  Fixture f;
  auto log = f.open_twin(0);
  REQUIRE(
      log.append(line_of(1, "\"eventId\":\"" + to_hex(id_of(2)) + "\"") + line_of(2) + line_of(3)));
  auto reader = f.read_twin(0, log.size_bytes());
  const auto found = reader.find(id_of(2));
  REQUIRE((found && found->has_value()));
  CHECK((*found)->offset_bytes > line_of(1).size());
  CHECK((*reader.next_event())->event.seq == 3);
  CHECK_FALSE(*f.read_twin(0, log.size_bytes()).find(id_of(9)));
}

TEST_CASE("a torn last line of a twin is cut off, and whole ones are kept to be adopted",
          "[session]") {
  const auto committed = line_of(1);
  for (size_t torn = 0; torn < line_of(3).size(); ++torn) {
    Fixture f;
    f.temporary.write("x", committed + line_of(2) + line_of(3).substr(0, torn));
    auto log = f.open_twin(committed.size());
    CHECK(log.finding() == TwinFinding::kLonger);
    CHECK(log.cut_bytes() == torn);
    CHECK(f.temporary.read("x") == committed + line_of(2));
    REQUIRE(log.append(line_of(4)));
    CHECK(f.temporary.read("x") == committed + line_of(2) + line_of(4));
  }
}

TEST_CASE("a twin that lost its end to a power loss says so and keeps its whole lines",
          "[session]") {
  Fixture f;
  f.temporary.write("x", line_of(1) + line_of(2).substr(0, 10));
  auto log = f.open_twin(1000);
  CHECK(log.finding() == TwinFinding::kShorter);
  CHECK(log.size_bytes() == line_of(1).size());
  std::filesystem::remove(f.path);
  CHECK(f.open_twin(1000).size_bytes() == 0);
}

TEST_CASE("a twin in which no line ends where the meta says is refused, not cut", "[session]") {
  Fixture f;
  const auto content = line_of(1) + line_of(2);
  f.temporary.write("x", content);
  const auto log = TwinLog::open(f.files, f.path, line_of(1).size() + 5);
  REQUIRE_FALSE(log);
  CHECK(log.error().code() == ErrorCode::kInvalid);
  CHECK(f.temporary.read("x") == content);
}

TEST_CASE("an append that fails half-way leaves no half line, now or later", "[session]") {
  Fixture f;
  auto log = f.open_twin(0);
  REQUIRE(log.append(line_of(1)));
  bool truncates = true;
  f.files.fault = [&](FileOperation operation, const std::string&) {
    if (operation == FileOperation::kTruncate) return truncates ? 0 : EIO;
    return failing(FileOperation::kAppend, ENOSPC, operation);
  };
  CHECK(log.append(line_of(2)).error().errno_value() == ENOSPC);
  CHECK(f.temporary.read("x") == line_of(1));
  truncates = false;
  CHECK_FALSE(log.append(line_of(2)));
  CHECK(f.temporary.read("x") != line_of(1));
  f.files.fault = {};
  REQUIRE(log.append(line_of(3)));
  CHECK(f.temporary.read("x") == line_of(1) + line_of(3));
  CHECK(log.size_bytes() == line_of(1).size() + line_of(3).size());
}

TEST_CASE("a line of a twin that is no event is an error with its place", "[session]") {
  Fixture f;
  f.temporary.write("x", line_of(1) + "nonsense\n");
  auto reader = f.read_twin(0, 10000);
  REQUIRE(reader.next_event());
  const auto event = reader.next_event();
  REQUIRE_FALSE(event);
  CHECK(event.error().message().find(f.path) != std::string::npos);
  CHECK(event.error().message().find(std::to_string(line_of(1).size())) != std::string::npos);
}

TEST_CASE("a set of event ids holds what was put in, in little memory", "[session]") {
  EventIdSet set;
  constexpr uint32_t kCount = 50000;
  for (uint32_t i = 0; i < kCount; ++i) {
    CHECK(set.insert(id_of(i)));
  }
  CHECK(set.insert(EventId{}));
  CHECK_FALSE(set.insert(EventId{}));
  CHECK_FALSE(set.insert(id_of(77)));
  CHECK(set.size() == kCount + 1);
  CHECK(set.memory_bytes() <= 32 * set.size());
  for (uint32_t i = 0; i < kCount; i += 2) {
    REQUIRE(set.erase(id_of(i)));
  }
  bool right = true;
  for (uint32_t i = 0; i < 2 * kCount; ++i) {
    right = right && set.contains(id_of(i)) == (i < kCount && i % 2 == 1);
  }
  CHECK(right);
  CHECK_FALSE(set.erase(id_of(0)));
}

TEST_CASE("ids that are no hashes are kept apart too", "[session]") {
  EventIdSet set;
  for (int i = 0; i < 256; ++i) {
    EventId id{};
    id[15] = static_cast<uint8_t>(i);
    CHECK(set.insert(id));
  }
  EventId last{};
  last.fill(0xFF);
  CHECK(set.insert(last));
  CHECK(set.contains(last));
  CHECK(set.size() == 257);
}

TEST_CASE("known events survive, as far as they were committed", "[session]") {
  Fixture f;
  auto known = f.load_ids(0);
  for (uint32_t i = 0; i < 10; ++i) {
    CHECK(known.add(id_of(i), i));
  }
  CHECK_FALSE(known.add(id_of(3), 3));
  REQUIRE(known.save(f.files));
  for (uint32_t i = 10; i < 20; ++i) {
    CHECK(known.add(id_of(i), i));
  }
  REQUIRE(known.save(f.files));
  CHECK(known.saved().count == 20);

  auto again = f.load_ids(15);
  CHECK(again.contains(id_of(14)));
  CHECK_FALSE(again.contains(id_of(15)));
  CHECK(again.add(id_of(99), 99));
  REQUIRE(again.save(f.files));
  std::vector<KnownEvent> all;
  REQUIRE(read_known_events(f.files, f.path, {.count = 16},
                            [&](const KnownEvent& event) { all.push_back(event); }));
  CHECK(all[14] == KnownEvent{id_of(14), 14});
  CHECK(all[15] == KnownEvent{id_of(99), 99});
  CHECK(std::filesystem::file_size(f.path) == 16 + 16 * 24);
}

TEST_CASE("ids in which a byte is not what was committed are damaged, wherever it stands",
          "[session]") {
  Fixture f;
  auto known = f.load_ids(0);
  for (uint32_t i = 0; i < 10; ++i) {
    CHECK(known.add(id_of(i), i));
    if (i % 4 == 0) REQUIRE(known.save(f.files));
  }
  REQUIRE(known.save(f.files));
  const auto committed = known.saved();
  REQUIRE(KnownEvents::load(f.files, f.path, committed));
  const auto sound = f.temporary.read("x");
  for (size_t at = 16; at < sound.size(); ++at) {
    auto bytes = sound;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    f.temporary.write("x", bytes);
    const auto loaded = KnownEvents::load(f.files, f.path, committed);
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().code() == ErrorCode::kInvalid);
    CHECK(KnownEvents::load(f.files, f.path, {.count = 10}));  // of a meta without a hash
  }
}

TEST_CASE("what was not saved can be forgotten", "[session]") {
  Fixture f;
  auto known = f.load_ids(0);
  CHECK(known.add(id_of(1), 1));
  REQUIRE(known.save(f.files));
  CHECK(known.add(id_of(2), 2));
  known.forget_unsaved();
  CHECK_FALSE(known.contains(id_of(2)));
  CHECK(known.contains(id_of(1)));
  CHECK(known.count() == 1);
}

TEST_CASE("known events that a full disk cut are saved whole the next time", "[session]") {
  Fixture f;
  auto known = f.load_ids(0);
  CHECK(known.add(id_of(1), 1));
  REQUIRE(known.save(f.files));
  for (uint32_t i = 2; i < 9; ++i) {
    CHECK(known.add(id_of(i), i));
  }
  f.files.fault = [](FileOperation operation, const std::string&) {
    return failing(FileOperation::kAppend, ENOSPC, operation);
  };
  CHECK_FALSE(known.save(f.files));
  f.files.fault = {};
  REQUIRE(known.save(f.files));
  CHECK(f.load_ids(8).contains(id_of(8)));
}

TEST_CASE("ids that are short, foreign or of another version are told apart", "[session]") {
  Fixture f;
  CHECK(KnownEvents::load(f.files, f.path, {.count = 3}).error().code() == ErrorCode::kNotFound);
  auto known = f.load_ids(0);
  CHECK(known.add(id_of(1), 1));
  REQUIRE(known.save(f.files));
  CHECK(KnownEvents::load(f.files, f.path, {.count = 2}).error().code() == ErrorCode::kNotFound);
  CHECK(KnownEvents::load(f.files, f.path, {.count = UINT64_MAX}).error().code() ==
        ErrorCode::kNotFound);
  auto bytes = f.temporary.read("x");
  bytes[8] = 9;
  f.temporary.write("x", bytes);
  CHECK(KnownEvents::load(f.files, f.path, {.count = 0}).error().code() == ErrorCode::kUnsupported);
  f.temporary.write("x", "something else entirely");
  CHECK(KnownEvents::load(f.files, f.path, {.count = 0}).error().code() == ErrorCode::kInvalid);
  CHECK(f.temporary.read("x") == "something else entirely");
}

namespace {

struct QueueFixture : Fixture {
  FakeClock clock;
  StateFolder folder{temporary / "state"};
  std::vector<std::string> order;

  QueueFixture() {
    REQUIRE(folder.prepare(files));
    files.fault = [this](FileOperation operation, const std::string& file) {
      const bool told = operation == FileOperation::kSync || operation == FileOperation::kRename ||
                        operation == FileOperation::kSyncFolder ||
                        operation == FileOperation::kSyncAgain ||
                        operation == FileOperation::kSyncDisk;
      const auto* const again = operation == FileOperation::kSyncAgain ? " again" : "";
      if (told) order.push_back(std::filesystem::path(file).filename().string() + again);
      if (operation == FileOperation::kOpen && may_be_opened) return 0;
      return broken.empty() || file != broken || operation == FileOperation::kRename ? 0 : error;
    };
  }
  std::string broken;
  int error = EIO;
  bool may_be_opened = false;  // what is broken
};

}  // namespace

TEST_CASE("a meta is replaced after all that it speaks of is on the disk", "[session]") {
  QueueFixture f;
  CommitQueue queue(f.files, f.folder, f.clock, CommitMode::kInterval);
  CHECK_FALSE(queue.due());
  queue.needs_file("k", f.temporary.write("state/sessions/k.twin.jsonl", "x"));
  queue.needs_file("k", f.temporary / "gone");
  queue.needs_folder("k", f.temporary.path());
  CHECK_FALSE(queue.due());
  queue.put("k", "old");
  queue.put("k", "new");
  CHECK(queue.due() == f.clock.steady() + kCommitInterval);
  const auto report = queue.flush();
  CHECK(report.committed == std::vector<std::string>{"k"});
  CHECK(f.temporary.read("state/sessions/k.meta.json") == "new");
  REQUIRE(f.order.size() > 5);
  CHECK(std::vector(f.order.begin(), f.order.begin() + 2) ==
        std::vector<std::string>{"k.twin.jsonl",
                                 std::filesystem::path(f.temporary.path()).filename()});
  CHECK(std::vector(f.order.end() - 3, f.order.end()) ==
        std::vector<std::string>{"k.meta.json.kato-new", "k.meta.json", "sessions"});
  CHECK_FALSE(queue.due());
  CHECK(queue.size() == 0);
}

TEST_CASE("P2: a folder of destinations is on the disk with all that lead to it", "[session][P2]") {
  QueueFixture f;
  CommitQueue queue(f.files, f.folder, f.clock, CommitMode::kInterval);
  f.temporary.write("project/notes/deep/a.md", "x");
  f.temporary.write("project/notes/b.md", "x");
  queue.needs_folder("k", f.temporary / "project/notes/deep");
  queue.needs_folder("k", f.temporary / "project/notes");
  queue.put("k", "{}");
  REQUIRE(queue.commit_now("k"));
  const auto meta = std::ranges::find(f.order, "k.meta.json");
  for (const auto* name : {"deep", "notes", "project"}) {
    INFO(name);
    CHECK(std::count(f.order.begin(), meta, name) == 1);
  }
}

TEST_CASE("a folder above a destination that may not be read keeps nothing back", "[session]") {
  QueueFixture f;
  CommitQueue queue(f.files, f.folder, f.clock, CommitMode::kInterval);
  f.temporary.write("project/notes/a.md", "x");
  f.broken = f.temporary / "project";
  f.error = EACCES;
  queue.needs_folder("k", f.temporary / "project/notes");
  queue.put("k", "{}");
  const auto report = queue.flush();
  CHECK(report.committed == std::vector<std::string>{"k"});
  CHECK(report.unsynced.empty());
}

TEST_CASE("P2: a destination that cannot be synced keeps its meta back for a lack of handles alone",
          "[session][P2]") {
  QueueFixture f;
  CommitQueue queue(f.files, f.folder, f.clock, CommitMode::kInterval);
  f.broken = f.temporary.write("project/notes/a.md", "x");
  f.error = EMFILE;
  queue.needs_file("k", f.broken);
  queue.put("k", "{}");
  CHECK(queue.flush().failures.size() == 1);
  CHECK_FALSE(std::filesystem::exists(f.folder.meta("k")));
  f.error = EIO;  // a disk that is gone must not hold back a session
  const auto report = queue.flush();
  CHECK(report.committed == std::vector<std::string>{"k"});
  CHECK(report.unsynced.size() == 1);
}

TEST_CASE("a session whose twin cannot be synced keeps back its own meta alone", "[session]") {
  QueueFixture f;
  CommitQueue queue(f.files, f.folder, f.clock, CommitMode::kInterval);
  f.broken = f.temporary.write("state/sessions/bad.twin.jsonl", "x");
  queue.needs_file("bad", f.broken);
  queue.put("bad", "bad");
  queue.put("good", "good");
  const auto report = queue.flush();
  CHECK(report.committed == std::vector<std::string>{"good"});
  REQUIRE(report.failures.size() == 1);
  CHECK(report.failures[0].key == "bad");
  CHECK_FALSE(std::filesystem::exists(f.folder.meta("bad")));
  CHECK(queue.waits("bad"));
  CHECK(queue.due() == f.clock.steady() + kCommitInterval);
  f.broken.clear();
  CHECK(queue.flush().committed == std::vector<std::string>{"bad"});
}

TEST_CASE("P2: a file whose sync failed is written out again at the next one", "[session][P2]") {
  QueueFixture f;
  CommitQueue queue(f.files, f.folder, f.clock, CommitMode::kInterval);
  f.may_be_opened = true;
  f.broken = f.temporary.write("state/sessions/k.twin.jsonl", "x");
  queue.needs_file("k", f.broken);
  queue.put("k", "k");
  CHECK(queue.flush().failures.size() == 1);
  CHECK(queue.flush().failures.size() == 1);
  f.broken.clear();
  CHECK(queue.flush().committed.size() == 1);
  queue.needs_file("k", f.temporary / "state/sessions/k.twin.jsonl");
  queue.put("k", "k");
  CHECK(queue.flush().committed.size() == 1);
  std::erase_if(f.order, [](const std::string& name) { return !name.starts_with("k.twin"); });
  CHECK(f.order == std::vector<std::string>{"k.twin.jsonl", "k.twin.jsonl again",
                                            "k.twin.jsonl again", "k.twin.jsonl"});
}

TEST_CASE("P2: of a destination that cannot be synced a meta says no more than before",
          "[session][P2]") {
  QueueFixture f;
  MetaStore metas(f.files, f.folder);
  CommitQueue queue(f.files, f.folder, f.clock, CommitMode::kInterval);
  SessionMeta meta;
  meta.identity.provider = "example";
  meta.identity.provider_session_id = "abc";
  meta.identity.session_id = make_session_id("example", "abc");
  const auto key = session_key(meta);
  const auto path = f.temporary.write("notes/a.md", "text");
  meta.recordings.resize(2);
  for (const size_t i : {0U, 1U}) {
    meta.recordings[i].recording_id = std::to_string(i);
    meta.recordings[i].destination = i == 0 ? path : f.temporary / "notes/b.md";
    meta.recordings[i].after.exists = true;
    meta.recordings[i].after.size_bytes = 10;
    meta.recordings[i].cursor.written = EventPosition{.seq = 1, .event_id = EventId{1}};
  }
  queue.put(key, meta_to_json(meta));
  REQUIRE(queue.commit_now(key));

  meta.next_seq = 5;
  for (auto& recording : meta.recordings) {
    recording.after.size_bytes = 70;
    recording.cursor.written = EventPosition{.seq = 4, .event_id = EventId{4}};
  }
  queue.needs_file(key, path);
  queue.put(key, meta_to_json(meta));
  f.broken = path;
  CHECK(queue.flush().committed == std::vector{key});
  CHECK_FALSE(queue.waits(key));
  CHECK(queue.is_unsynced(key));
  CHECK(queue.due() == f.clock.steady() + kCommitInterval);
  const auto less = metas.load(key).value().value();
  CHECK(less.next_seq == 5);
  CHECK(less.recordings[0].cursor.written->seq == 1);
  CHECK(less.recordings[0].after.size_bytes == 10);
  REQUIRE(less.recordings[0].unsure);
  CHECK(less.recordings[0].unsure->offset_bytes == 10);
  CHECK(less.recordings[0].unsure->end_bytes == 70);
  CHECK(less.recordings[0].unsure->after_power_loss);
  CHECK(less.recordings[1].cursor.written->seq == 4);

  CHECK(queue.flush().unsynced.size() == 1);
  CHECK(queue.due() == f.clock.steady() + 2 * kCommitInterval);  // less and less often
  CHECK(metas.load(key).value().value().recordings[0].cursor.written->seq == 1);
  f.broken.clear();
  CHECK(queue.flush().committed == std::vector{key});
  CHECK_FALSE(queue.has_unsynced());
  CHECK_FALSE(queue.due());
  const auto all = metas.load(key).value().value();
  CHECK(all.recordings[0].cursor.written->seq == 4);
  CHECK_FALSE(all.recordings[0].unsure);
}

TEST_CASE("P2: an export whose file cannot be synced stays pending on the disk", "[session][P2]") {
  SessionMeta before;
  before.pending_exports.resize(1);
  before.pending_exports[0].export_id = "e";
  before.pending_exports[0].destination = "/notes/a.md";
  before.pending_exports[0].begun = true;
  SessionMeta now;
  CHECK(take_back_unsynced({"/notes/b.md", "/note"}, before, now));
  CHECK(now.pending_exports.empty());
  CHECK(take_back_unsynced({"/notes"}, before, now));  // its folder
  REQUIRE(now.pending_exports.size() == 1);
  CHECK(now.pending_exports[0].doubted);
  CHECK(now.pending_exports[0].unsure->after_power_loss);
}

TEST_CASE("a group of many is synced by a fixed number of syncs", "[session]") {
  QueueFixture f;
  CommitQueue queue(f.files, f.folder, f.clock, CommitMode::kInterval);
  for (int i = 0; i < 200; ++i) {
    const auto key = "k" + std::to_string(i);
    queue.needs_file(key, f.temporary.write("state/sessions/" + key + ".twin.jsonl", "x"));
    queue.put(key, key);
  }
  queue.needs_file("k7", f.temporary.write("notes/outside.md", "x"));
  CHECK(queue.flush().committed.size() == 200);
  CHECK(f.files.counts.syncs == 1);
  CHECK(f.files.counts.disk_syncs == 1);
  CHECK(f.files.counts.folder_syncs == 1);
  CHECK(f.temporary.read("state/sessions/k199.meta.json") == "k199");
}

TEST_CASE("a group whose disk cannot be synced replaces nothing", "[session]") {
  QueueFixture f;
  CommitQueue queue(f.files, f.folder, f.clock, CommitMode::kInterval);
  for (int i = 0; i < 50; ++i) {
    queue.put("k" + std::to_string(i), "x");
  }
  f.broken = f.folder.path();
  CHECK(queue.flush().failures.size() == 50);
  CHECK_FALSE(std::filesystem::exists(f.folder.meta("k0")));
  f.broken.clear();
  CHECK(queue.flush().committed.size() == 50);
}

TEST_CASE("one session can be committed before the others", "[session]") {
  QueueFixture f;
  CommitQueue queue(f.files, f.folder, f.clock, CommitMode::kInterval);
  queue.put("a", "a");
  queue.put("b", "b");
  REQUIRE(queue.commit_now("a"));
  REQUIRE(queue.commit_now("never seen"));
  CHECK(f.temporary.read("state/sessions/a.meta.json") == "a");
  CHECK_FALSE(queue.waits("a"));
  CHECK(queue.waits("b"));
  queue.forget("b");
  CHECK_FALSE(queue.due());
  CHECK(queue.flush().committed.empty());
}

TEST_CASE("how late a commit may be is the mode's and the amount's affair", "[session]") {
  QueueFixture f;
  CommitQueue each(f.files, f.folder, f.clock, CommitMode::kEachStep);
  each.put("k", "x");
  CHECK(each.due() == f.clock.steady());
  CommitQueue late(f.files, f.folder, f.clock, CommitMode::kUnsynced);
  late.put("k", "x");
  CHECK(late.due() == f.clock.steady() + kCommitInterval);
  late.put("large", std::string(5U << 20, 'x'));
  CHECK(late.due() == f.clock.steady());
  CHECK(late.flush().committed.size() == 2);
  CHECK(f.files.counts.syncs + f.files.counts.disk_syncs + f.files.counts.folder_syncs == 0);
}

TEST_CASE("what a killed process left beside a meta is in nobody's way", "[session]") {
  QueueFixture f;
  f.temporary.write("state/sessions/k.meta.json.kato-new", "half");
  CommitQueue queue(f.files, f.folder, f.clock, CommitMode::kInterval);
  queue.put("k", "whole");
  CHECK(queue.flush().failures.empty());
  CHECK(f.temporary.read("state/sessions/k.meta.json") == "whole");
}
