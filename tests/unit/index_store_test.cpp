#include "host/session/index_store.h"

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/indexed_sessions.h"

using namespace kato;
using namespace kato::test;

namespace {

struct Fixture : IndexedState {
  void store_meta(const SessionMeta& meta) { REQUIRE(metas.store(meta, Durability::kOrdered)); }
  void write_index(const std::string& text) { temporary.write("state/daemon-control.json", text); }
  [[nodiscard]] std::string index_text() const {
    return temporary.read("state/daemon-control.json");
  }
};

}  // namespace

TEST_CASE("the index of an older version is made again from the metas", "[index]") {
  Fixture f;
  f.store_meta(meta_of(1));
  f.write_index("{\"schemaVersion\":1,\"sessions\":[\n],\"count\":0}\n");
  const auto store = f.open();
  CHECK(store.index().size() == 1);
  CHECK(store.rebuilt_because().find("older schema version 1") != std::string::npos);
}

TEST_CASE("P7: whose destinations are is known from an older or damaged index too", "[index][P7]") {
  Fixture f;
  f.store_meta(meta_of(1));
  f.store_meta(meta_of(2));
  static_cast<void>(f.open());
  auto text = f.index_text();
  SECTION("an older one") {
    text.replace(0, text.find('\n'), "{\"schemaVersion\":1,\"sessions\":[");
    text.insert(text.find("\"mtimeNs\""), "\"firstKey\":\"0123456789abcdef\",");
  }
  SECTION("a damaged one") {
    text.replace(text.find("\"hash\":\"") + 8, 16, "0123456789abcdef");
  }
  SECTION("one that was cut") {
    text.resize(text.size() - 5);
  }
  f.write_index(text);
  f.temporary.write("state/sessions/" + key_of(1) + ".meta.json", "{");
  const auto store = f.open();
  CHECK_FALSE(store.rebuilt_because().empty());
  const auto unread = store.index().find(meta_of(1).identity.session_id);
  REQUIRE(unread);
  CHECK(unread->recordings[0].destination == "/notes/1.md");
  CHECK(store.index().size() == 2);
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
