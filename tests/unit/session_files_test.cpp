#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "host/event/event_id.h"
#include "host/session/known_events.h"
#include "host/session/twin_log.h"
#include "host/session/twin_reader.h"

#include "tests/support/catch.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"

using namespace kato;
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
  TwinFile twin{.path = path, .session_id = "i"};

  TwinLog open_twin(uint64_t committed_bytes) {
    auto log = TwinLog::open(files, twin, committed_bytes);
    REQUIRE(log);
    return std::move(*log);
  }
  TwinReader read_twin(uint64_t begin, uint64_t end) {
    auto reader = TwinReader::open(files, twin, begin, end);
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
  const auto log = TwinLog::open(f.files, f.twin, line_of(1).size() + 5);
  REQUIRE_FALSE(log);
  CHECK(log.error().code() == ErrorCode::kInvalid);
  CHECK(f.temporary.read("x") == content);
}

TEST_CASE("a twin of a later schema version is refused and not touched", "[session]") {
  Fixture f;
  const std::string lines = R"({"schemaVersion":9,"eventId":"ab"})"
                            "\n{\"schemaVersion\":9,\"ev";
  f.temporary.write("x", lines);
  const auto twin = TwinLog::open(f.files, f.twin, 10);
  REQUIRE_FALSE(twin);
  CHECK(twin.error().code() == ErrorCode::kUnsupported);
  CHECK(twin.error().message().contains("schema version 9"));
  CHECK(f.temporary.read("x") == lines);
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
  // Cut, and appended to where it was cut.
  std::ofstream(f.path) << "kato-ids" << std::string(1, '\1') << "\xaf\x13\x02 and so on";
  CHECK(KnownEvents::load(f.files, f.path, {.count = 0}).error().code() == ErrorCode::kInvalid);
}
