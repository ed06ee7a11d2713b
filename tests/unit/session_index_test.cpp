#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "host/base/hash.h"
#include "host/event/event_id.h"
#include "host/io/files.h"
#include "host/session/index_store.h"
#include "host/session/run_mark.h"

#include "tests/support/catch.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"

using namespace kato;
using kato::test::FaultyFileSystem;
using kato::test::FileOperation;
using kato::test::TemporaryFolder;

namespace {

std::string source_path(int number) {
  return "/logs/\xFE/" + std::to_string(number) + ".jsonl";
}

FileInfo info_of(int number) {
  return {.type = FileType::kRegular,
          .id = {.device = 1, .inode = static_cast<uint64_t>(number)},
          .size_bytes = 100,
          .mtime_ns = 1000 + number};
}

SessionMeta meta_of(int number) {
  SessionMeta meta;
  meta.identity.provider = "example";
  meta.identity.provider_session_id = "session-" + std::to_string(number);
  meta.identity.session_id = make_session_id("example", meta.identity.provider_session_id);
  meta.identity.project_directory = "/home/me/project";
  meta.identity.title = "Title \"" + std::to_string(number) + "\"";
  meta.identity.driver = SessionDriver::kPerson;
  meta.identity.parentage = SessionParentage::kSpawned;
  meta.identity.parent_provider_session_id = "parent";
  meta.identity.last_time = UnixMillis{1772036815000 + number};
  meta.event_count = static_cast<uint64_t>(number);
  meta.twin.exists = true;
  SourceMeta source;
  source.path = source_path(number);
  source.id = info_of(number).id;
  source.size_bytes = info_of(number).size_bytes;
  source.mtime_ns = info_of(number).mtime_ns;
  source.cursor.value = source.size_bytes;
  source.first_record_key = "first-" + std::to_string(number / 2);
  meta.sources = {source};
  RecordingMeta recording;
  recording.recording_id = "r" + std::to_string(number);
  recording.destination = "/notes/" + std::to_string(number) + ".md";
  recording.desired = DesiredState::kOn;
  meta.recordings = {recording};
  return meta;
}

struct Fixture {
  TemporaryFolder temporary;
  FaultyFileSystem files;
  StateFolder folder{temporary / "state"};
  MetaStore metas{files, folder};

  Fixture() { REQUIRE(folder.prepare(files)); }
  IndexStore open(IndexStore::Trust trust = IndexStore::Trust::kMarks) {
    auto store = IndexStore::open(files, folder, metas, trust);
    REQUIRE(store);
    return std::move(*store);
  }
  void store_meta(const SessionMeta& meta) { REQUIRE(metas.store(meta, Durability::kOrdered)); }
  void write_index(const std::string& text) { temporary.write("state/daemon-control.json", text); }
  [[nodiscard]] std::string index_text() const {
    return temporary.read("state/daemon-control.json");
  }
};

bool has_untouched(const SessionIndex& index, const std::string& path, const FileInfo& now) {
  return index.has_untouched(hash64(path), stamp_of(now));
}

std::set<std::string> recorded_in(const SessionIndex& index) {
  std::set<std::string> ids;
  index.for_each_recorded(
      [&](const IndexedSession& session) { ids.insert(session.identity.session_id); });
  return ids;
}

SessionIndex index_of(int count) {
  SessionIndex index;
  for (int i = 0; i < count; ++i) {
    index.put(meta_of(i));
  }
  return index;
}

std::string key_of(int number) {
  return session_key(meta_of(number));
}

}  // namespace

TEST_CASE("the index comes back from its file with all that it knew", "[index]") {
  const auto written = index_of(50).to_json();
  auto index = SessionIndex::from_json(written);
  REQUIRE(index);
  CHECK(index->size() == 50);
  const auto id = meta_of(7).identity.session_id;
  const auto session = index->find(id);
  REQUIRE(session);
  CHECK(session->identity.title == "Title \"7\"");
  CHECK(session->identity.last_time == UnixMillis{1772036815007});
  CHECK(session->identity.driver == SessionDriver::kPerson);
  CHECK(session->identity.parentage == SessionParentage::kSpawned);
  CHECK(session->event_count == 7);
  CHECK(session->has_twin);
  CHECK(session->sources[0].path == source_path(7));
  CHECK(session->recordings[0].destination == "/notes/7.md");
  CHECK(session->recordings[0].desired == DesiredState::kOn);
  CHECK_FALSE(index->find("nobody"));
  CHECK(has_untouched(*index, source_path(7), info_of(7)));
  CHECK(index->sessions_beginning_with("first-3").size() == 2);
  CHECK(recorded_in(*index).size() == 50);
  CHECK(SessionIndex::from_json(SessionIndex().to_json())->size() == 0);
}

TEST_CASE("the index tells sources that did not change from those that did", "[index]") {
  const auto index = index_of(5);
  CHECK(has_untouched(index, source_path(1), info_of(1)));
  CHECK_FALSE(has_untouched(index, source_path(2), info_of(1)));
  auto grown = info_of(3);
  grown.size_bytes += 1;
  CHECK_FALSE(has_untouched(index, source_path(3), grown));
  CHECK_FALSE(has_untouched(index, "/logs/new", info_of(1)));
}

TEST_CASE("the index knows which sessions are recorded, from its file too", "[index]") {
  auto index = index_of(3);
  auto unrecorded = meta_of(1);
  unrecorded.recordings.clear();
  index.put(unrecorded);
  auto read = SessionIndex::from_json(index.to_json());
  REQUIRE(read);
  const std::set<std::string> recorded{meta_of(0).identity.session_id,
                                       meta_of(2).identity.session_id};
  CHECK(recorded_in(index) == recorded);
  CHECK(recorded_in(*read) == recorded);
  read->put_unread(*read->find(meta_of(2).identity.session_id));
  CHECK(recorded_in(*read) == recorded);
  CHECK_FALSE(has_untouched(*read, source_path(2), info_of(2)));
}

TEST_CASE("the index of an older version is made again from the metas", "[index]") {
  Fixture f;
  f.store_meta(meta_of(1));
  f.write_index("{\"schemaVersion\":1,\"sessions\":[\n],\"count\":0}\n");
  const auto store = f.open();
  CHECK(store.index().size() == 1);
  CHECK(store.rebuilt_because().find("older schema version 1") != std::string::npos);
}

TEST_CASE("sessions are found by the record that they begin with", "[index]") {
  const auto index = index_of(6);
  auto found = index.sessions_beginning_with("first-1");
  std::ranges::sort(found);
  std::vector<std::string> wanted{meta_of(2).identity.session_id, meta_of(3).identity.session_id};
  std::ranges::sort(wanted);
  CHECK(found == wanted);
  CHECK(index.sessions_beginning_with("").empty());
}

TEST_CASE("what is put again takes the place of what was known", "[index]") {
  auto index = index_of(3);
  auto meta = meta_of(1);
  meta.sources[0].size_bytes = 999;
  meta.sources[0].first_record_key = "other";
  meta.sources.push_back(meta_of(9).sources[0]);
  index.put(meta);
  CHECK(index.size() == 3);
  CHECK_FALSE(has_untouched(index, source_path(1), info_of(1)));
  CHECK(has_untouched(index, source_path(9), info_of(9)));
  CHECK(index.sessions_beginning_with("other").size() == 1);
  index.remove(meta.identity.session_id);
  CHECK(index.size() == 2);
  CHECK_FALSE(has_untouched(index, source_path(9), info_of(9)));
  CHECK(index.sessions_beginning_with("other").empty());
}

TEST_CASE("the index does not grow with the number of commits", "[index]") {
  auto index = index_of(10);
  for (int i = 0; i < 20000; ++i) {
    index.put(meta_of(i % 10));
  }
  CHECK(index.memory_bytes() < 8U << 20);
  CHECK(index.find(meta_of(3).identity.session_id));
  CHECK(index.to_json().size() == index_of(10).to_json().size());
}

TEST_CASE("an index that was cut or changed anywhere is not believed", "[index]") {
  const auto whole = index_of(4).to_json();
  for (size_t size = 0; size < whole.size(); size += 7) {
    const auto index = SessionIndex::from_json(whole.substr(0, size));
    REQUIRE_FALSE(index);
    CHECK(index.error().code() == ErrorCode::kInvalid);
  }
  auto lacking = whole;
  const auto line_end = lacking.find(",\n");
  lacking.erase(lacking.find('\n') + 1, line_end + 2 - lacking.find('\n') - 1);
  CHECK_FALSE(SessionIndex::from_json(lacking));
  auto zeroed = whole;
  std::fill_n(zeroed.begin() + 200, 50, '\0');
  CHECK_FALSE(SessionIndex::from_json(zeroed));
  for (size_t at = 0; at < whole.size(); ++at) {
    auto changed = whole;
    changed[at] = changed[at] == '7' ? '5' : '7';
    CHECK_FALSE(SessionIndex::from_json(changed));
  }
  auto newer = whole;
  newer.replace(newer.find(":2"), 2, ":3");
  CHECK(SessionIndex::from_json(newer).error().code() == ErrorCode::kUnsupported);
}

TEST_CASE("a restart opens no meta of a session that has no work", "[index]") {
  Fixture f;
  {
    auto store = f.open();
    CHECK_FALSE(store.rebuilt_because().empty());
    for (int i = 0; i < 20; ++i) {
      REQUIRE(store.owe(key_of(i)));
      f.store_meta(meta_of(i));
      REQUIRE(store.committed(meta_of(i), false));
    }
    REQUIRE(store.save());
  }
  f.files.counts = {};
  const auto store = f.open();
  CHECK(store.index().size() == 20);
  CHECK(store.owing().empty());
  CHECK(store.rebuilt_because().empty());
  CHECK(f.files.counts.opens <= 4);
}

TEST_CASE("after a kill the sessions that owe are known, and commits since the last save too",
          "[index]") {
  Fixture f;
  {
    auto store = f.open();
    for (int i = 0; i < 4; ++i) {
      f.store_meta(meta_of(i));
      REQUIRE(store.committed(meta_of(i), false));
    }
    REQUIRE(store.save());
    REQUIRE(store.owe(key_of(1)));
    auto changed = meta_of(2);
    changed.event_count = 77;
    REQUIRE(store.owe(key_of(2)));
    f.store_meta(changed);
    REQUIRE(store.committed(changed, false));
    REQUIRE(store.owe(key_of(3)));
    REQUIRE(store.committed(meta_of(3), true));
    REQUIRE(store.owe("never-committed"));
    // Killed here.
  }
  const auto store = f.open();
  const std::set<std::string> owing{key_of(1), key_of(3), "never-committed"};
  CHECK(store.owing() == owing);
  CHECK(store.index().find(meta_of(2).identity.session_id)->event_count == 77);
  CHECK(store.problems().empty());
}

TEST_CASE("an index that is missing, damaged or not to be trusted is made again", "[index]") {
  Fixture f;
  for (int i = 0; i < 3; ++i) {
    f.store_meta(meta_of(i));
  }
  CHECK(f.open().index().size() == 3);
  const auto good = f.index_text();
  f.write_index(good.substr(0, good.size() / 2));
  CHECK(f.open().index().size() == 3);
  CHECK(f.index_text().size() == good.size());

  f.store_meta(meta_of(3));  // written, but the marks that would say so were lost with the power
  CHECK(f.open().index().size() == 3);
  CHECK(f.open(IndexStore::Trust::kMetas).index().size() == 4);

  f.store_meta(meta_of(4));
  f.temporary.write("state/runtime/owing.log", "");
  CHECK(f.open().index().size() == 5);
  f.temporary.write("state/runtime/owing.log", std::string("{\"schemaVersion\":1}\n\0\0\0\n", 24));
  CHECK_FALSE(f.open().rebuilt_because().empty());
}

TEST_CASE("an index or marks of a newer version are refused and kept", "[index]") {
  Fixture f;
  static_cast<void>(f.open());
  auto text = f.index_text();
  text.replace(text.find(":2"), 2, ":9");
  f.write_index(text);
  const auto store = IndexStore::open(f.files, f.folder, f.metas, IndexStore::Trust::kMarks);
  CHECK(store.error().code() == ErrorCode::kUnsupported);
  CHECK(f.index_text() == text);
  f.temporary.write("state/runtime/owing.log", "{\"schemaVersion\":9}\n!new\n");
  CHECK_FALSE(IndexStore::open(f.files, f.folder, f.metas, IndexStore::Trust::kMarks));
  CHECK(f.temporary.read("state/runtime/owing.log") == "{\"schemaVersion\":9}\n!new\n");
}

TEST_CASE("a meta that is damaged is a problem of its session alone", "[index]") {
  Fixture f;
  f.store_meta(meta_of(1));
  f.temporary.write("state/sessions/example-broken.meta.json", "{");
  const auto store = f.open();
  CHECK(store.index().size() == 1);
  REQUIRE(store.problems().size() == 1);
  CHECK(store.problems()[0].key == "example-broken");
}

TEST_CASE("the index is saved seldom, and marks do not pile up between", "[index]") {
  Fixture f;
  auto store = f.open();
  size_t saves = 0;
  for (int i = 0; i < 3000; ++i) {
    REQUIRE(store.committed(meta_of(i), false));
    if (store.is_save_due()) {
      ++saves;
      REQUIRE(store.save());
    }
  }
  CHECK(saves >= 2);
  CHECK(saves <= 16);
  for (int i = 0; i < 20000; ++i) {
    REQUIRE(store.owe(key_of(1)));
    REQUIRE(store.committed(meta_of(1), false));
  }
  CHECK(std::filesystem::file_size(f.folder.owing_marks()) < 2U << 20);
}

TEST_CASE("a torn mark announces nothing", "[index]") {
  Fixture f;
  f.store_meta(meta_of(1));
  static_cast<void>(f.open());
  const auto marks = f.temporary.read("state/runtime/owing.log");
  f.temporary.write("state/runtime/owing.log", marks + "+" + key_of(1).substr(0, 5));
  const auto store = f.open();
  CHECK(store.owing().empty());
  CHECK(store.rebuilt_because().empty());
}

TEST_CASE("a kill while the marks are written anew leaves nothing behind", "[index]") {
  Fixture f;
  f.store_meta(meta_of(1));
  static_cast<void>(f.open());
  f.temporary.write("state/runtime/owing.log.kato-new", "{\"schemaVersion\":1}");
  static_cast<void>(f.open());
  CHECK_FALSE(std::filesystem::exists(f.folder.owing_marks() + ".kato-new"));
}

TEST_CASE("made again from the metas, the index knows what may have work left", "[index]") {
  Fixture f;
  f.store_meta(meta_of(1));
  auto unread = meta_of(2);
  unread.sources[0].cursor.value = 50;
  f.store_meta(unread);
  auto unserved = meta_of(3);
  unserved.next_seq = 8;
  unserved.recordings[0].periods = {{.start = {.seq = 3, .event_id = {}, .time = {}}, .stop = {}}};
  f.store_meta(unserved);
  auto begun = meta_of(4);
  begun.pending_exports.emplace_back();
  f.store_meta(begun);
  CHECK(f.open().owing() == std::set<std::string>{key_of(2), key_of(3), key_of(4)});
}

TEST_CASE("P6: made again from the metas, the index knows what a private session still owes",
          "[index][P6]") {
  Fixture f;
  auto done = meta_of(1);
  done.next_seq = 8;
  done.command_cursor = EventPosition{.seq = 7, .event_id = {}};
  f.store_meta(done);
  auto unobeyed = done;
  unobeyed.identity = meta_of(2).identity;
  unobeyed.command_cursor->seq = 6;
  f.store_meta(unobeyed);
  auto kept = done;
  kept.identity = meta_of(3).identity;
  kept.is_private = true;
  f.store_meta(kept);
  auto unfinished = done;
  unfinished.identity = meta_of(4).identity;
  unfinished.unfinished_message = EventId{};
  f.store_meta(unfinished);
  CHECK(f.open().owing() == std::set<std::string>{key_of(2), key_of(3), key_of(4)});
}

TEST_CASE("what a kill left beside index and marks is removed at the next start", "[index]") {
  Fixture f;
  static_cast<void>(f.open());
  for (const auto& path : {f.folder.index(), f.folder.owing_marks()}) {
    const auto beside = path + ".kato-new";
    std::ofstream(beside) << "half";
    static_cast<void>(f.open());
    CHECK_FALSE(std::filesystem::exists(beside));
  }
}

TEST_CASE("a recording lags by the events of its periods that are not written", "[meta]") {
  SessionMeta meta;
  meta.next_seq = 21;
  RecordingMeta recording;
  CHECK(lag_of(recording, meta) == 0);
  const auto mark = [](uint64_t seq) { return PeriodMark{.seq = seq, .event_id = {}, .time = {}}; };
  recording.periods = {{.start = mark(3), .stop = mark(5)}, {.start = mark(11), .stop = {}}};
  CHECK(lag_of(recording, meta) == 3 + 10);
  recording.cursor.written = EventPosition{.seq = 4, .event_id = {}};
  CHECK(lag_of(recording, meta) == 1 + 10);
  recording.cursor.written = EventPosition{.seq = 20, .event_id = {}};
  CHECK(lag_of(recording, meta) == 0);
}

TEST_CASE("a removed session stays removed after a kill", "[index]") {
  Fixture f;
  {
    auto store = f.open();
    f.store_meta(meta_of(1));
    REQUIRE(store.committed(meta_of(1), false));
    REQUIRE(store.save());
    REQUIRE(f.metas.remove(key_of(1)));
    REQUIRE(store.removed(key_of(1), meta_of(1).identity.session_id));
  }
  CHECK(f.open().index().size() == 0);
}

TEST_CASE("a mark that cannot be written is an error, and is not taken for written", "[index]") {
  Fixture f;
  auto store = f.open();
  f.files.fault = [](FileOperation operation, const std::string&) {
    return operation == FileOperation::kAppend ? ENOSPC : 0;
  };
  CHECK(store.owe(key_of(1)).error().errno_value() == ENOSPC);
  f.files.fault = {};
  REQUIRE(store.owe(key_of(2)));
  REQUIRE(store.owe(key_of(1)));
  const std::set<std::string> owing{key_of(1), key_of(2)};
  CHECK(f.open().owing() == owing);
}

TEST_CASE("a run that was killed hands on the time from which commands count", "[run]") {
  const TemporaryFolder temporary;
  const auto files = make_posix_file_system();
  const auto path = temporary / "run.json";
  CHECK(*load_run_mark(*files, path) == std::nullopt);
  auto run = next_run(std::nullopt, UnixMillis{1000}, "boot", 7);
  REQUIRE(store_run_mark(*files, path, run));
  auto last = load_run_mark(*files, path);
  REQUIRE((last && last->has_value()));
  CHECK((*last)->process_id == 7);

  run = next_run(*last, UnixMillis{5000}, "boot", 8);
  CHECK(run.started == UnixMillis{5000});
  CHECK(run.commands_since == UnixMillis{1000});
  run.ended = true;
  REQUIRE(store_run_mark(*files, path, run));
  last = load_run_mark(*files, path);
  CHECK(next_run(*last, UnixMillis{9000}, "boot", 9).commands_since == UnixMillis{9000});
}

TEST_CASE("P2: a power loss is remembered until a run got through with what it left", "[run][P2]") {
  const TemporaryFolder temporary;
  const auto files = make_posix_file_system();
  const auto path = temporary / "run.json";
  const auto after = [&](const RunMark& run, const std::string& boot) {
    REQUIRE(store_run_mark(*files, path, run));
    const auto last = load_run_mark(*files, path);
    REQUIRE(last);
    return next_run(*last, UnixMillis{2000}, boot, 8);
  };
  auto run = next_run(std::nullopt, UnixMillis{1000}, "boot", 7);
  CHECK_FALSE(run.power_lost);
  CHECK_FALSE(after(run, "boot").power_lost);
  CHECK(after(run, "").power_lost);
  run = after(run, "another boot");
  CHECK(run.power_lost);
  run = after(run, "another boot");  // killed at once
  CHECK(run.power_lost);
  run.ended = true;
  run.power_lost = false;
  CHECK_FALSE(after(run, "a third boot").power_lost);
}

TEST_CASE("a run mark that is not understood is refused", "[run]") {
  const TemporaryFolder temporary;
  const auto files = make_posix_file_system();
  for (const auto* text : {"", "{}", "{\"schemaVersion\":2}", "{\"schemaVersion\":1}"}) {
    const auto path = temporary.write("run.json", text);
    const auto mark = load_run_mark(*files, path);
    REQUIRE_FALSE(mark);
    CHECK(mark.error().message().find(path) != std::string::npos);
    CHECK(temporary.read("run.json") == text);
  }
  CHECK(read_boot_id(*files).size() == 36);
}
