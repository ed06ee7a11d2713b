#include <algorithm>
#include <cerrno>

#include "host/event/event_line.h"
#include "host/ingest/catalog.h"
#include "host/ingest/decode_session.h"
#include "host/ingest/inspection.h"
#include "host/ingest/meta_making.h"
#include "host/ingest/session_ingest.h"

#include "tests/support/catch.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/line_provider.h"
#include "tests/support/temporary_folder.h"

using namespace kato;
using kato::test::line_root;
using kato::test::make_line_provider;
using kato::test::TemporaryFolder;

namespace {

struct Collected final : public EventListener {
  explicit Collected(SessionRef of) : ref(std::move(of)) {}
  void on_event(const Event& event, CommandRight right) override {
    append_event_line(lines, ref, event);
    lines.push_back('\n');
    kinds.push_back(event.body.kind);
    rights.push_back(right);
    captured.push_back(event.captured_at.has_value());
  }
  SessionRef ref;
  std::string lines;
  std::vector<EventKind> kinds;
  std::vector<CommandRight> rights;
  std::vector<bool> captured;
};

// A folder with one provider over it.
struct House {
  std::unique_ptr<FileSystem> files = make_posix_file_system();
  std::unique_ptr<Provider> provider = make_line_provider();
  TemporaryFolder folder;
  std::vector<Root> roots{line_root(*provider, folder.path())};

  [[nodiscard]] Catalog catalog() const { return make_catalog(*files, roots); }
};

std::string decode_all(const House& house, const Session& session) {
  Collected collected(session.ref);
  FreshEventMemory memory(false);
  SessionSummary summary;
  EventPipeline pipeline(session.ref, memory, 1, summary, collected, nullptr);
  REQUIRE(decode_session(*house.files, session, pipeline));
  return collected.lines;
}

void append(const House& house, const std::string& name, const std::string& text) {
  auto file = house.files->open(house.folder / name, OpenMode::kAppend);
  REQUIRE(file);
  REQUIRE((*file)->append(text));
}

}  // namespace

TEST_CASE("files that no provider knows are left out, the others are sessions", "[ingest]") {
  const House house;
  house.folder.write("a.log", "session one\nuser k1 hello\n");
  house.folder.write("b.log", "something else\n");
  house.folder.write("c.txt", "session two\n");
  const auto catalog = house.catalog();
  REQUIRE(catalog.sessions.size() == 1);
  CHECK(catalog.sessions[0].ref.provider_session_id == "one");
}

TEST_CASE("a file without permission is a problem with its path, and its neighbour is there",
          "[ingest]") {
  const House house;
  house.folder.write("a.log", "session one\n");
  const auto locked = house.folder.write("b.log", "session two\n");
  kato::test::FaultyFileSystem files;
  files.fault = [&locked](kato::test::FileOperation operation, const std::string& path) {
    return operation == kato::test::FileOperation::kOpen && path == locked ? EACCES : 0;
  };
  const auto catalog = make_catalog(files, house.roots);
  CHECK(catalog.sessions.size() == 1);
  REQUIRE(catalog.problems.size() == 1);
  CHECK(catalog.problems[0].path == locked);
  CHECK(catalog.problems[0].error.message().find("Permission denied") != std::string::npos);
}

TEST_CASE("a file that cannot be opened is a problem with its path, and its neighbour is there",
          "[ingest]") {
  const House house;
  house.folder.write("a.log", "session one\n");
  house.folder.write("folder.log/inside", "");
  const auto found = session_of_file(*house.files, house.folder / "folder.log", house.roots);
  REQUIRE_FALSE(found);
  CHECK(found.error().message().find("folder.log") != std::string::npos);
  CHECK(house.catalog().sessions.size() == 1);
}

TEST_CASE("of two files of one session one is read, the other set aside", "[ingest]") {
  const House house;
  house.folder.write("a.log", "session one\nuser k1 hello\n");
  house.folder.write("b.log", "session one\nuser k1 hello\n");
  const auto catalog = house.catalog();
  REQUIRE(catalog.sessions.size() == 1);
  CHECK(catalog.sessions[0].sources.size() == 1);
  CHECK(catalog.sessions[0].set_aside.size() == 1);
}

TEST_CASE("a record that comes again gives no second event", "[ingest][P2]") {
  const House house;
  house.folder.write("a.log", "session one\nuser k1 hello\nuser k1 hello\nuser k2 hello\n");
  const auto lines = decode_all(house, house.catalog().sessions[0]);
  CHECK(std::ranges::count(lines, '\n') == 3);  // the raw first line, k1, k2
}

TEST_CASE("commands become events of their own behind their message", "[ingest]") {
  const House house;
  house.folder.write("a.log",
                     "session one\nuser k1 please\\n::start a.md\\n::stop\ncopy k2 ::stop\n");
  const auto catalog = house.catalog();
  Collected collected(catalog.sessions[0].ref);
  FreshEventMemory memory(false);
  SessionSummary summary;
  EventPipeline pipeline(collected.ref, memory, 1, summary, collected, nullptr);
  REQUIRE(decode_session(*house.files, catalog.sessions[0], pipeline));
  CHECK(collected.kinds == std::vector{EventKind::kProviderRaw, EventKind::kUserMessage,
                                       EventKind::kUserKatoCommand, EventKind::kUserKatoCommand,
                                       EventKind::kUserMessage, EventKind::kUserKatoCommand});
  CHECK(collected.rights[2] == CommandRight::kMayCommand);
  CHECK(collected.rights[5] == CommandRight::kNever);
}

TEST_CASE("P4: an inspection accounts for every byte, a line without an end included",
          "[ingest][P4]") {
  const House house;
  house.folder.write("a.log", "session one\nuser k1 hello\nuser k2 unfin");
  const auto inspection = inspect(*house.files, house.catalog().sessions[0]);
  REQUIRE(inspection);
  CHECK(inspection->total_bytes == inspection->accounted_bytes);
  REQUIRE(inspection->problems.size() == 1);
  CHECK(inspection->problems[0].line == 3);
}

TEST_CASE("steps with a state give what one decoding gives, wherever the log was cut",
          "[ingest][P2]") {
  const House house;
  const std::string log = "session one\nuser k1 a\nassistant k2 b\nuser k3 ::start\nuser k4 c\n";
  house.folder.write("whole.log", log);
  const auto whole = decode_all(house, house.catalog().sessions[0]);
  for (size_t cut = 12; cut < log.size(); ++cut) {
    const House again;
    again.folder.write("whole.log", log.substr(0, cut));
    const auto session = again.catalog().sessions[0];
    SessionMeta meta = make_session_meta(session);
    meta.sources.push_back(make_source_meta(session.sources[0]));
    FreshEventMemory memory(false);
    Collected collected(session.ref);
    SourceBuffer buffer;
    for (int part = 0; part < 2; ++part) {
      SessionIngest ingest(*again.files, meta, memory, collected);
      const auto step = ingest.step(0, session.sources[0], {}, buffer);
      REQUIRE(step);
      if (part == 0) append(again, "whole.log", log.substr(cut));
    }
    CHECK(collected.lines == whole);
    CHECK(meta.sources[0].cursor.value == log.size());
    CHECK(meta.sources[0].decoder->bytes == "5");
  }
}

TEST_CASE("P3: what was there before is backfill, what came behind it is live", "[ingest][P3]") {
  const House house;
  house.folder.write("a.log", "session one\nuser k1 old\nuser k2 new\n");
  const auto session = house.catalog().sessions[0];
  SessionMeta meta = make_session_meta(session);
  meta.sources.push_back(make_source_meta(session.sources[0]));
  FreshEventMemory memory(false);
  Collected collected(session.ref);
  SourceBuffer buffer;
  SessionIngest ingest(*house.files, meta, memory, collected);
  const Arrival arrival{.live_from_bytes = 24, .now = UnixMillis{1'700'000'000'000}};
  StepEnd end = StepEnd::kMore;
  while (end == StepEnd::kMore) {
    const auto step = ingest.step(0, session.sources[0], arrival, buffer);
    REQUIRE(step);
    end = step->end;
  }
  CHECK(collected.captured == std::vector{false, false, true});
}

TEST_CASE("a log that was cut and written anew states only what is new", "[ingest][P2]") {
  const House house;
  house.folder.write("a.log", "session one\nuser k1 a\nuser k2 b\n");
  const auto session = house.catalog().sessions[0];
  SessionMeta meta = make_session_meta(session);
  meta.sources.push_back(make_source_meta(session.sources[0]));
  FreshEventMemory memory(true);
  Collected collected(session.ref);
  SourceBuffer buffer;
  SessionIngest ingest(*house.files, meta, memory, collected);
  REQUIRE(ingest.step(0, session.sources[0], {}, buffer));
  collected.kinds.clear();
  house.folder.write("a.log", "session one\nuser k1 a\nuser k3 c\n");
  const auto aligned = ingest.step(0, session.sources[0], {}, buffer);
  REQUIRE(aligned);
  CHECK(aligned->realigned);
  REQUIRE(ingest.step(0, session.sources[0], {}, buffer));
  CHECK(collected.kinds == std::vector{EventKind::kUserMessage});
}

TEST_CASE("hashes are found again however many there are", "[ingest]") {
  constexpr uint64_t kMany = 10'000;
  HashSet64 set;
  CHECK_FALSE(set.contains(0));
  for (uint64_t i = 0; i < kMany; ++i) {
    set.insert(i * 0x9E3779B97F4A7C15U);
  }
  for (uint64_t i = 0; i < kMany; ++i) {
    REQUIRE(set.contains(i * 0x9E3779B97F4A7C15U));
  }
  CHECK_FALSE(set.contains(42));
}

TEST_CASE("a title is the log's, else the one beside it, else the first message", "[ingest]") {
  SessionSummary summary;
  summary.first_message = "first words";
  summary.add_hint("");
  CHECK(summary.title() == "first words");
  summary.add_hint("beside\nthe log");
  CHECK(summary.title() == "beside the log");
  summary.logged_title = "in the log";
  CHECK(summary.title() == "in the log");
}

TEST_CASE("titles are one line, cut between characters", "[ingest]") {
  CHECK(one_line("  a\n\tb  ", 100) == "a b");
  CHECK(one_line("ääää", 3) == "ä");
  CHECK(one_line("", 10).empty());
}

TEST_CASE("P4: a record above the limit is stepped over, accounted for, and gone on behind",
          "[ingest][P4]") {
  House house;
  house.roots.front().policy.limits.max_record_bytes = 8192;
  house.folder.write("a.log", "session one\nuser k1 " + std::string(10'000, 'x') + "\nuser k2 b\n");
  const auto session = house.catalog().sessions[0];
  SessionMeta meta = make_session_meta(session);
  meta.sources.push_back(make_source_meta(session.sources[0]));
  FreshEventMemory memory(false);
  Collected collected(session.ref);
  SourceBuffer buffer;
  const auto read_all = [&] {
    SessionIngest ingest(*house.files, meta, memory, collected);
    for (StepEnd end = StepEnd::kMore; end == StepEnd::kMore;) {
      const auto step = ingest.step(0, session.sources[0], {}, buffer);
      REQUIRE(step);
      CHECK_FALSE(step->realigned);
      end = step->end;
    }
  };
  read_all();
  append(house, "a.log", "user k3 " + std::string(10'000, 'x') + "\n");
  read_all();
  append(house, "a.log", "user k4 d\n");
  read_all();
  const auto kind = EventKind::kUserMessage;
  CHECK(collected.kinds == std::vector{EventKind::kProviderRaw, kind, kind});
  const auto& rows = meta.ledger.rows();
  const auto oversize = std::ranges::find(rows, LedgerOutcome::kOversize, &LedgerRow::outcome);
  REQUIRE(oversize != rows.end());
  CHECK(oversize->count == 2);
}
