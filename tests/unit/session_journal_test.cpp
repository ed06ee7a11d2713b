#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "host/session/export_history.h"
#include "host/session/held_store.h"
#include "host/session/write_journal.h"

#include "tests/support/catch.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"

using namespace kato;
using kato::test::FaultyFileSystem;
using kato::test::FileOperation;
using kato::test::TemporaryFolder;

namespace {

JournaledWrite write_of(uint8_t number) {
  EventId id{};
  id[3] = number;
  return {.recording_id = "rec",
          .file = {.device = 1, .inode = 2},
          .offset_bytes = uint64_t{100} * number,
          .length_bytes = 100,
          .hash = 0xABCDEF,
          .tail_length_bytes = 7,
          .tail_hash = 0x77,
          .skipped_bytes = 12,
          .begins_line = true,
          .cursor = {.written = EventPosition{.seq = number, .event_id = id},
                     .twin_offset = 5,
                     .twin_generation = 1},
          .state = {.version = 3, .bytes = std::string("\0s", 2)},
          .whole = {.size_bytes = 9, .chain = 8, .rest = 7}};
}

struct Fixture {
  TemporaryFolder temporary;
  FaultyFileSystem files;
  std::string path = temporary / "x";
};

std::vector<uint64_t> offsets(const Result<std::vector<JournaledWrite>>& writes) {
  REQUIRE(writes);
  std::vector<uint64_t> found;
  for (const auto& write : *writes) {
    found.push_back(write.offset_bytes);
  }
  return found;
}

using Offsets = std::vector<uint64_t>;

}  // namespace

TEST_CASE("the write journal gives back what was announced since the commit", "[session]") {
  Fixture f;
  WriteJournal journal(f.path);
  CHECK(offsets(journal.load(f.files, 4)).empty());
  REQUIRE(journal.add(f.files, 4, write_of(1)));
  REQUIRE(journal.add(f.files, 4, write_of(2)));
  WriteJournal again(f.path);
  const auto writes = again.load(f.files, 4);
  CHECK(offsets(writes) == Offsets{100, 200});
  const auto& write = writes->at(1);
  CHECK(write.recording_id == "rec");
  CHECK(write.file == FileId{.device = 1, .inode = 2});
  CHECK(write.hash == 0xABCDEF);
  CHECK(write.tail_hash == 0x77);
  CHECK(write.skipped_bytes == 12);
  CHECK(write.begins_line);
  CHECK(write.cursor.written->seq == 2);
  CHECK(write.cursor.written->event_id == write_of(2).cursor.written->event_id);
  CHECK(write.state.bytes == std::string("\0s", 2));
  CHECK(write.whole == write_of(2).whole);
  CHECK(offsets(again.load(f.files, 5)).empty());
}

TEST_CASE("a commit makes what the journal says void, a restart does not", "[session]") {
  Fixture f;
  WriteJournal journal(f.path);
  REQUIRE(journal.add(f.files, 4, write_of(1)));
  WriteJournal after_restart(f.path);
  REQUIRE(after_restart.add(f.files, 4, write_of(2)));
  CHECK(offsets(WriteJournal(f.path).load(f.files, 4)) == Offsets{100, 200});
  REQUIRE(after_restart.add(f.files, 5, write_of(3)));
  CHECK(offsets(WriteJournal(f.path).load(f.files, 4)).empty());
  CHECK(offsets(WriteJournal(f.path).load(f.files, 5)) == Offsets{300});
  REQUIRE(after_restart.remove(f.files));
  REQUIRE(after_restart.remove(f.files));
  CHECK(offsets(WriteJournal(f.path).load(f.files, 5)).empty());
}

TEST_CASE("a journal is not cut at each commit, and does not grow with them", "[session]") {
  Fixture f;
  WriteJournal journal(f.path);
  int cuts = 0;
  uint64_t largest = 0;
  uint64_t before = 0;
  for (uint64_t commit = 1; commit <= 2000; ++commit) {
    REQUIRE(journal.add(f.files, commit, write_of(1)));
    const uint64_t size = std::filesystem::file_size(f.path);
    cuts += size < before ? 1 : 0;
    before = size;
    largest = std::max(largest, size);
  }
  CHECK(cuts > 0);
  CHECK(cuts < 20);
  CHECK(largest < 100'000);
  CHECK(offsets(WriteJournal(f.path).load(f.files, 2000)) == Offsets{100});
}

TEST_CASE("a journal of a later commit than the session's says nothing about it", "[session]") {
  Fixture f;
  WriteJournal journal(f.path);
  REQUIRE(journal.add(f.files, 4, write_of(1)));
  REQUIRE(journal.add(f.files, 5, write_of(2)));
  WriteJournal gone_back(f.path);
  REQUIRE(gone_back.add(f.files, 3, write_of(3)));
  CHECK(offsets(WriteJournal(f.path).load(f.files, 3)) == Offsets{300});
  REQUIRE(gone_back.add(f.files, 4, write_of(4)));
  CHECK(offsets(WriteJournal(f.path).load(f.files, 4)) == Offsets{400});
}

TEST_CASE("a journal line that was torn does not count and is in nobody's way", "[session]") {
  Fixture f;
  WriteJournal journal(f.path);
  REQUIRE(journal.add(f.files, 4, write_of(1)));
  std::ofstream(f.path, std::ios::app) << "{\"schemaVersion\":1,\"comm";
  WriteJournal again(f.path);
  CHECK(offsets(again.load(f.files, 4)) == Offsets{100});
  REQUIRE(again.add(f.files, 4, write_of(2)));
  CHECK(offsets(WriteJournal(f.path).load(f.files, 4)) == Offsets{100, 200});
}

TEST_CASE("a journal on a full disk keeps what it had", "[session]") {
  Fixture f;
  WriteJournal journal(f.path);
  REQUIRE(journal.add(f.files, 4, write_of(1)));
  f.files.fault = [](FileOperation operation, const std::string&) {
    return operation == FileOperation::kAppend ? ENOSPC : 0;
  };
  CHECK_FALSE(journal.add(f.files, 4, write_of(2)));
  f.files.fault = {};
  REQUIRE(journal.add(f.files, 4, write_of(3)));
  CHECK(offsets(WriteJournal(f.path).load(f.files, 4)) == Offsets{100, 300});
}

TEST_CASE("a journal that is not understood is refused and kept", "[session]") {
  Fixture f;
  for (const auto* text : {"{\"schemaVersion\":2}\n", "nonsense\n", "\n"}) {
    f.temporary.write("x", text);
    const auto writes = WriteJournal(f.path).load(f.files, 1);
    REQUIRE_FALSE(writes);
    CHECK(writes.error().message().find(f.path) != std::string::npos);
    CHECK_FALSE(WriteJournal(f.path).add(f.files, 1, write_of(1)));
    CHECK(f.temporary.read("x") == text);
  }
}

TEST_CASE("held records come back byte for byte", "[session]") {
  Fixture f;
  CHECK(load_held(f.files, f.path)->empty());
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes.push_back(static_cast<char>(i));
  }
  REQUIRE(store_held(f.files, f.path,
                     {{.source = "/a", .key = "k", .offset_bytes = 5, .hash = 6, .bytes = bytes},
                      {.source = "/b", .key = "l", .offset_bytes = 7, .hash = 8, .bytes = ""}},
                     Durability::kSynced));
  const auto held = load_held(f.files, f.path);
  REQUIRE(held);
  REQUIRE(held->size() == 2);
  CHECK(held->at(0).bytes == bytes);
  CHECK(held->at(1).key == "l");
  f.temporary.write("x", "{\"schemaVersion\":3}\n");
  CHECK(load_held(f.files, f.path).error().code() == ErrorCode::kUnsupported);
  REQUIRE(store_held(f.files, f.path, {}, Durability::kOrdered));
  REQUIRE(store_held(f.files, f.path, {}, Durability::kOrdered));
  CHECK(load_held(f.files, f.path)->empty());
}

TEST_CASE("the history of exports keeps every line but the one that was torn", "[session]") {
  Fixture f;
  ExportRecord record{.export_id = "0a0b",
                      .at = UnixMillis{1772036815012},
                      .session_id = "s",
                      .destination = "/notes/\xFF.md",
                      .sink = "notes",
                      .origin = RequestOrigin::kChat,
                      .event_count = 4,
                      .last_event = EventId{1, 2, 3},
                      .size_bytes = 1000};
  REQUIRE(add_export(f.files, f.path, record));
  std::ofstream(f.path, std::ios::app) << "{\"schemaVersion\":1,\"at\":\"20";
  record.last_event.reset();
  REQUIRE(add_export(f.files, f.path, record));
  const auto history = load_exports(f.files, f.path);
  REQUIRE(history);
  REQUIRE(history->records.size() == 2);
  CHECK(history->unreadable_lines == 1);
  CHECK(history->records[0].at == record.at);
  CHECK(history->records[0].destination == record.destination);
  CHECK(history->records[0].last_event == EventId{1, 2, 3});
  CHECK(history->records[0].origin == RequestOrigin::kChat);
  CHECK_FALSE(history->records[1].last_event);
  CHECK(*find_export(f.files, f.path, "0a0b"));
  CHECK_FALSE(*find_export(f.files, f.path, "0c0d"));
}
