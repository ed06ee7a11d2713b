// Metas are replaced after all that they speak of is on the disk.
#include "host/session/commit_queue.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "host/event/event_id.h"
#include "host/session/meta_store.h"
#include "host/session/session_meta_json.h"
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

struct QueueFixture {
  TemporaryFolder temporary;
  FaultyFileSystem files;
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

TEST_CASE("a text that is made late says what holds when it is committed", "[session]") {
  QueueFixture f;
  CommitQueue queue(f.files, f.folder, f.clock, CommitMode::kInterval);
  std::string now = "first";
  int made = 0;
  const auto make = [&] {
    ++made;
    return now;
  };
  const auto committed = [&] {
    REQUIRE(queue.flush().failures.empty());
    return f.temporary.read("state/sessions/k.meta.json");
  };
  queue.put_late("k", make);
  queue.put_late("k", make);
  CHECK(queue.due() == f.clock.steady() + kCommitInterval);
  CHECK_FALSE(queue.is_in_place("k"));
  now = "second";
  CHECK(committed() == "second");
  CHECK(made == 1);
  CHECK(queue.size() == 0);

  SECTION("unless it was made before, or may not be late") {
    queue.put_late("k", make);
    queue.make_texts();
    now = "third";
    CHECK(committed() == "second");
    queue.allow_late(false);
    queue.put_late("k", make);
    now = "fourth";
    CHECK(committed() == "third");
  }
  SECTION("and what is forgotten is not made") {
    queue.put_late("k", make);
    queue.forget("k");
    CHECK_FALSE(queue.due());
    CHECK(committed() == "second");
    CHECK(made == 1);
  }
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

TEST_CASE("P2: a file whose sync failed is written out again also where nothing else is synced",
          "[session][P2]") {
  QueueFixture f;
  CommitQueue queue(f.files, f.folder, f.clock, CommitMode::kUnsynced);
  queue.needs_file("k", f.temporary.write("state/sessions/k.twin.jsonl", "x"));
  queue.needs_file_again("k", f.temporary.write("notes/a.md", "x"));
  queue.put("k", "k");
  CHECK(queue.flush().committed.size() == 1);
  CHECK(f.order == std::vector<std::string>{"a.md again", "k.meta.json"});
}

TEST_CASE("a file that cannot be synced keeps nothing back where nothing is to be synced",
          "[session]") {
  QueueFixture f;
  CommitQueue queue(f.files, f.folder, f.clock, CommitMode::kUnsynced);
  f.may_be_opened = true;
  f.broken = f.temporary.write("state/sessions/k.twin.jsonl", "x");
  queue.needs_file_again("k", f.broken);
  queue.put("k", "k");
  CHECK(queue.flush().committed.size() == 1);
  CHECK(f.temporary.read("state/sessions/k.meta.json") == "k");
}

TEST_CASE("a meta that cannot be written leaves nothing beside the one that is there",
          "[session]") {
  QueueFixture f;
  CommitQueue queue(f.files, f.folder, f.clock, CommitMode::kInterval);
  f.may_be_opened = true;
  f.broken = f.folder.meta("k") + ".kato-new";
  const auto fault = f.files.fault;
  f.files.fault = [&fault](FileOperation operation, const std::string& file) {
    return operation == FileOperation::kRemove ? 0 : fault(operation, file);
  };
  queue.put("k", "k");
  CHECK(queue.flush().failures.size() == 1);
  CHECK_FALSE(std::filesystem::exists(f.broken));
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
  bool was_written = false;
  const auto take_back = [&](const std::set<std::string>& unsynced, SessionMeta& now) {
    return take_back_unsynced(unsynced, before, now,
                              [&](const std::string& id) { return id == "e" && was_written; });
  };
  SessionMeta now;
  CHECK(take_back({"/notes/b.md", "/note"}, now));
  CHECK(now.pending_exports.empty());
  SessionMeta secret;
  secret.is_private = true;
  CHECK(take_back({"/notes"}, secret));
  CHECK(secret.pending_exports.empty());  // it was given up
  was_written = true;
  CHECK(take_back({"/notes"}, secret));
  CHECK(secret.pending_exports.size() == 1);
  CHECK(take_back({"/notes"}, now));  // its folder
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
