#include "host/source/watcher.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <sys/stat.h>

#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"

using namespace kato;
using kato::test::FakeClock;
using kato::test::FaultyFileSystem;
using kato::test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

using Paths = std::vector<std::string>;

// The system's events, as far as a limit allows, and with others slipped in.
class LimitedEvents final : public FolderEvents {
 public:
  explicit LimitedEvents(size_t most) : limit(most) {}

  Result<WatchId> watch(const std::string& folder, WatchScope scope) override {
    if (unreadable == folder) return fail_errno(EACCES, "watch " + folder);
    if (scope == WatchScope::kContents && used_++ >= limit) {
      return fail_errno(ENOSPC, "watch " + folder);
    }
    return real_->watch(folder, scope);
  }
  void unwatch(WatchId watch) override { real_->unwatch(watch); }
  [[nodiscard]] int wait_fd() const override { return real_->wait_fd(); }
  Status take(std::vector<FolderEvent>& events) override {
    if (overflow) events.push_back({});
    overflow = false;
    return real_->take(events);
  }
  bool overflow = false;
  size_t limit;
  std::string unreadable;

 private:
  std::unique_ptr<FolderEvents> real_ = std::move(*make_folder_events());
  size_t used_ = 0;
};

struct Fixture {
  TemporaryFolder folder;
  FaultyFileSystem files;
  FakeClock clock;
  std::string root = folder / "home/logs";

  static SourceRules rules() {
    auto compiled = SourceRules::compile({{.include = "**/*.jsonl", .excludes = {"attic/**"}}});
    REQUIRE(compiled);
    return std::move(*compiled);
  }
  std::unique_ptr<SourceWatcher> watcher(std::unique_ptr<FolderEvents> events) {
    auto made = std::make_unique<SourceWatcher>(files, clock, std::move(events));
    CHECK(made->add_root(root, rules()) == 0);
    return made;
  }
  std::unique_ptr<SourceWatcher> watching() { return watcher(std::move(*make_folder_events())); }
  std::unique_ptr<SourceWatcher> polling() { return watcher(nullptr); }

  std::string write(const std::string& name, std::string_view content = "x\n") {
    return folder.write("home/logs/" + name, content);
  }
  static void append(const std::string& path) {
    std::ofstream(path, std::ios::app | std::ios::binary) << "more\n";
  }
};

Paths sources_of(const DiscoveryResult& found) {
  Paths paths;
  for (const auto& source : found.sources) {
    paths.push_back(source.path);
  }
  std::ranges::sort(paths);
  return paths;
}

bool is_readable(int fd) {
  struct pollfd wanted{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&wanted, 1, 0) == 1;
}

}  // namespace

TEST_CASE("an append is noticed at once, and nothing else wakes the watcher", "[watcher]") {
  Fixture f;
  const auto path = f.write("p/a.jsonl");
  const auto watcher = f.watching();
  CHECK(sources_of(watcher->scan(0)) == Paths{"p/a.jsonl"});
  CHECK_FALSE(is_readable(watcher->wait_fd()));
  CHECK_FALSE(watcher->due());
  Fixture::append(path);
  Fixture::append(path);
  CHECK(is_readable(watcher->wait_fd()));
  const auto report = watcher->collect();
  CHECK(report.files == Paths{path});
  CHECK(report.gone_folders.empty());
  CHECK_FALSE(report.rescan);
  CHECK_FALSE(is_readable(watcher->wait_fd()));
  CHECK(watcher->collect().files.empty());
}

TEST_CASE("folders are watched, not files", "[watcher]") {
  Fixture f;
  for (int i = 0; i < 500; ++i) {
    f.write("p/" + std::to_string(i) + ".jsonl");
  }
  f.write("attic/old.jsonl");
  const auto watcher = f.watching();
  CHECK(watcher->scan(0).sources.size() == 500);
  CHECK(watcher->health().watched_folders == 2);
  CHECK(watcher->health().polled_folders == 0);
}

TEST_CASE("a new file, a removed one and a renamed one are noticed", "[watcher]") {
  Fixture f;
  const auto one = f.write("one.jsonl");
  const auto two = f.write("two.jsonl");
  const auto watcher = f.watching();
  static_cast<void>(watcher->scan(0));
  const auto fresh = f.write("new.jsonl");
  fs::remove(one);
  fs::rename(two, f.root + "/three.jsonl");
  CHECK(watcher->collect().files == Paths{fresh, one, f.root + "/three.jsonl", two});
}

TEST_CASE("files in a tree of new folders are found, however fast it grows", "[watcher]") {
  Fixture f;
  f.write("2026/01/01/a.jsonl");
  const auto watcher = f.watching();
  static_cast<void>(watcher->scan(0));
  const auto first = f.write("2026/02/03/b.jsonl");
  CHECK(watcher->collect().files == Paths{first});
  const auto second = f.write("2026/02/03/c.jsonl");
  CHECK(watcher->collect().files == Paths{second});
  Fixture::append(first);
  CHECK(watcher->collect().files == Paths{first});
}

TEST_CASE("what is made between the listing of a folder and its events is not missed",
          "[watcher]") {
  Fixture f;
  f.write("p/a.jsonl");
  const auto watcher = f.watching();
  std::string late;
  f.files.fault = [&](kato::test::FileOperation operation, const std::string& path) {
    if (operation == kato::test::FileOperation::kInfo && path.ends_with("a.jsonl") &&
        late.empty()) {
      late = f.write("p/late.jsonl");
    }
    return 0;
  };
  CHECK(sources_of(watcher->scan(0)) == Paths{"p/a.jsonl"});
  CHECK(watcher->collect().files == Paths{late});
}

TEST_CASE("a renamed folder is gone under its old name and found under the new one", "[watcher]") {
  Fixture f;
  f.write("p/q/a.jsonl");
  const auto watcher = f.watching();
  static_cast<void>(watcher->scan(0));
  fs::rename(f.root + "/p", f.root + "/r");
  const auto report = watcher->collect();
  CHECK(report.gone_folders == Paths{f.root + "/p"});
  CHECK(report.files == Paths{f.root + "/r/q/a.jsonl"});
  Fixture::append(f.root + "/r/q/a.jsonl");
  const auto after = watcher->collect();
  CHECK(after.files == Paths{f.root + "/r/q/a.jsonl"});
  CHECK(after.gone_folders.empty());
  CHECK(watcher->health().watched_folders == 3);
}

TEST_CASE("a folder that leaves the root is no longer watched", "[watcher]") {
  Fixture f;
  f.write("p/a.jsonl");
  const auto watcher = f.watching();
  static_cast<void>(watcher->scan(0));
  fs::rename(f.root + "/p", f.folder / "elsewhere");
  CHECK(watcher->collect().gone_folders == Paths{f.root + "/p"});
  Fixture::append(f.folder / "elsewhere/a.jsonl");
  CHECK(watcher->collect().files.empty());
  CHECK(watcher->health().watched_folders == 1);
}

TEST_CASE("a folder that is removed and made again is watched again", "[watcher]") {
  Fixture f;
  f.write("p/a.jsonl");
  const auto watcher = f.watching();
  static_cast<void>(watcher->scan(0));
  fs::remove_all(f.root + "/p");
  const auto path = f.write("p/a.jsonl");
  const auto report = watcher->collect();
  CHECK(std::ranges::count(report.files, path) == 1);
  Fixture::append(path);
  CHECK(watcher->collect().files == Paths{path});
}

TEST_CASE("a root that does not exist yet is waited for, however deep it lies", "[watcher]") {
  Fixture f;
  f.root = f.folder / "a/b/c/logs";
  for (const bool polls : {false, true}) {
    fs::remove_all(f.folder / "a");
    const auto watcher = polls ? f.polling() : f.watching();
    CHECK_FALSE(watcher->scan(0).folder_exists);
    CHECK(watcher->due().has_value() == polls);
    f.folder.write("a/b/other", "");
    f.clock.advance(std::chrono::hours(1));
    CHECK(watcher->collect().files.empty());
    const auto path = f.folder.write("a/b/c/logs/p/a.jsonl", "x");
    f.clock.advance(std::chrono::hours(1));
    CHECK(watcher->collect().files == Paths{path});
    Fixture::append(path);
    f.clock.advance(std::chrono::hours(1));
    CHECK(watcher->collect().files == Paths{path});
  }
}

TEST_CASE("a root that is renamed, with or without a folder above it, does not end the capture",
          "[watcher]") {
  Fixture f;
  const auto path = f.write("p/a.jsonl");
  for (const auto* what : {"home/logs", "home"}) {
    const auto watcher = f.watching();
    static_cast<void>(watcher->scan(0));
    fs::rename(f.folder / what, f.folder / "away");
    CHECK(watcher->collect().gone_folders == Paths{f.root});
    const auto below = what == std::string("home") ? "/logs/p/a.jsonl" : "/p/a.jsonl";
    Fixture::append(f.folder / "away" + below);
    CHECK(watcher->collect().files.empty());
    fs::rename(f.folder / "away", f.folder / what);
    CHECK(watcher->collect().files == Paths{path});
    Fixture::append(path);
    CHECK(watcher->collect().files == Paths{path});
  }
}

TEST_CASE("a root behind a link that is exchanged for another one does not end the capture",
          "[watcher]") {
  Fixture f;
  for (const auto* disk : {"one", "two"}) {
    f.folder.write(std::string(disk) + "/logs/p/a.jsonl", "x\n");
  }
  const bool is_above = GENERATE(true, false);
  const std::string below = is_above ? "" : "/logs";
  const auto link = is_above ? f.folder / "home" : f.root;
  fs::create_directories(fs::path(link).parent_path());
  fs::create_symlink(f.folder / "one" + below, link);
  const auto watcher = f.watching();
  CHECK(watcher->scan(0).sources.size() == 1);
  CHECK_FALSE(watcher->due());

  if (GENERATE(true, false)) {
    fs::remove(link);
    fs::create_symlink(f.folder / "two" + below, link);
  } else {
    fs::create_symlink(f.folder / "two" + below, f.folder / "new");
    fs::rename(f.folder / "new", link);
  }
  const auto path = f.root + "/p/a.jsonl";
  const auto report = watcher->collect();
  CHECK(report.gone_folders == Paths{f.root});
  CHECK(std::ranges::count(report.files, path) == 1);
  Fixture::append(f.folder / "two/logs/p/a.jsonl");
  CHECK(watcher->collect().files == Paths{path});
}

TEST_CASE("a link to a root that leads nowhere for a while does not end the capture", "[watcher]") {
  Fixture f;
  f.folder.write("mnt/disk/logs/p/a.jsonl", "x\n");
  fs::create_directory(f.folder / "home");
  fs::create_symlink(f.folder / "mnt/disk/logs", f.root);
  const auto watcher = f.watching();
  CHECK(watcher->scan(0).sources.size() == 1);
  fs::rename(f.folder / "mnt", f.folder / "away");
  CHECK(watcher->collect().gone_folders == Paths{f.root});
  fs::rename(f.folder / "away", f.folder / "mnt");
  REQUIRE(watcher->due());
  f.clock.advance(std::chrono::seconds(2));
  const auto path = f.root + "/p/a.jsonl";
  CHECK(watcher->collect().files == Paths{path});
  Fixture::append(path);
  CHECK(watcher->collect().files == Paths{path});
  CHECK_FALSE(watcher->due());
}

TEST_CASE("lost events ask for a scan, which finds and watches what was missed", "[watcher]") {
  Fixture f;
  f.write("p/a.jsonl");
  auto events = std::make_unique<LimitedEvents>(1000);
  auto& control = *events;
  const auto watcher = f.watcher(std::move(events));
  static_cast<void>(watcher->scan(0));
  control.overflow = true;
  CHECK(watcher->collect().rescan);
  CHECK_FALSE(watcher->collect().rescan);
  CHECK(watcher->scan(0).sources.size() == 1);
}

TEST_CASE("folders beyond the system's limit are polled, and it is said why", "[watcher]") {
  Fixture f;
  Paths paths;
  for (int i = 0; i < 6; ++i) {
    paths.push_back(f.write("p" + std::to_string(i) + "/a.jsonl"));
  }
  const auto watcher = f.watcher(std::make_unique<LimitedEvents>(3));
  CHECK(watcher->scan(0).sources.size() == 6);
  const auto health = watcher->health();
  CHECK(health.watched_folders == 3);
  CHECK(health.polled_folders == 4);
  REQUIRE(health.cause);
  CHECK(health.cause->message().find("max_user_watches") != std::string::npos);
  CHECK(watcher->due());
  CHECK(watcher->collect().files.empty());
  for (const auto& path : paths) {
    Fixture::append(path);
  }
  f.clock.advance(std::chrono::seconds(2));
  CHECK(watcher->collect().files == paths);
  CHECK(watcher->collect().files.empty());
}

TEST_CASE("the watches that may be used go to the folders where something happened last",
          "[watcher]") {
  Fixture f;
  Paths paths;
  for (int i = 0; i < 6; ++i) {
    paths.push_back(f.write("p" + std::to_string(i) + "/a.jsonl"));
    const auto age = std::chrono::hours(i == 4 ? 0 : i + 1);
    const std::chrono::sys_time<std::chrono::milliseconds> now{
        std::chrono::milliseconds(f.clock.now().value)};
    fs::last_write_time(paths.back(), std::chrono::file_clock::from_sys(now - age));
  }
  // Those on the way to the root are watched too: so many, and three more.
  size_t way = 0;
  for (fs::path above = f.root; above != "/"; above = above.parent_path()) {
    ++way;
  }
  const auto watcher =
      std::make_unique<SourceWatcher>(f.files, f.clock, std::move(*make_folder_events()), way + 4);
  static_cast<void>(watcher->add_root(f.root, Fixture::rules()));
  CHECK(watcher->scan(0).sources.size() == 6);
  CHECK(watcher->health().polled_folders == 3);
  CHECK(watcher->health().cause->message().contains("max_user_watches"));
  static_cast<void>(watcher->collect());
  const auto is_noticed_at_once = [&](size_t i) {
    Fixture::append(paths[i]);
    return watcher->collect().files == Paths{paths[i]};
  };
  CHECK(is_noticed_at_once(4));  // the newest
  CHECK_FALSE(is_noticed_at_once(3));
  f.clock.advance(std::chrono::seconds(60));
  const auto late = watcher->collect().files;
  CHECK(std::ranges::find(late, paths[3]) != late.end());  // late, but not lost
  static_cast<void>(watcher->collect());
  CHECK(is_noticed_at_once(3));  // something happened there: now it is watched
  for (size_t i = 0; i < 6; ++i) {
    Fixture::append(paths[i]);
    f.clock.advance(std::chrono::seconds(60));
    const auto found = watcher->collect().files;
    CHECK(std::ranges::find(found, paths[i]) != found.end());
  }
}

TEST_CASE("where there are no events, looking finds the same", "[watcher]") {
  Fixture f;
  const auto stays = f.write("p/stays.jsonl");
  const auto goes = f.write("p/goes.jsonl");
  f.write("q/a.jsonl");
  f.write("p/not a log");
  const auto watcher = f.polling();
  CHECK(watcher->wait_fd() == -1);
  CHECK(watcher->scan(0).sources.size() == 3);
  f.clock.advance(std::chrono::seconds(2));
  CHECK(watcher->collect().files.empty());
  CHECK(*watcher->due() > f.clock.steady());

  Fixture::append(stays);
  Fixture::append(f.root + "/p/not a log");
  fs::remove(goes);
  fs::remove_all(f.root + "/q");
  const auto fresh = f.write("r/s/new.jsonl");
  CHECK(watcher->collect().files.empty());
  f.clock.advance(std::chrono::seconds(2));
  const auto report = watcher->collect();
  CHECK(report.files == Paths{goes, stays, fresh});
  CHECK(report.gone_folders == Paths{f.root + "/q"});
  f.clock.advance(std::chrono::seconds(2));
  CHECK(watcher->collect().files.empty());

  fs::remove_all(f.root);
  f.clock.advance(std::chrono::seconds(2));
  CHECK(std::ranges::count(watcher->collect().gone_folders, f.root) == 1);
  const auto again = f.write("p/stays.jsonl");
  f.clock.advance(std::chrono::seconds(2));
  CHECK(watcher->collect().files == Paths{again});
}

TEST_CASE("two roots, one within the other, each see what is theirs", "[watcher]") {
  Fixture f;
  const auto watcher = f.watching();
  f.write("p/a.jsonl");
  CHECK(watcher->add_root(f.root + "/p", Fixture::rules()) == 1);
  CHECK(sources_of(watcher->scan(0)) == Paths{"p/a.jsonl"});
  CHECK(sources_of(watcher->scan(1)) == Paths{"a.jsonl"});
  Fixture::append(f.root + "/p/a.jsonl");
  CHECK(watcher->collect().files == Paths{f.root + "/p/a.jsonl"});
}

TEST_CASE("a folder that becomes readable is looked into", "[watcher]") {
  Fixture f;
  const auto path = f.write("p/a.jsonl");
  f.files.fault = [&](kato::test::FileOperation operation, const std::string& folder) {
    return operation == kato::test::FileOperation::kList && folder == f.root + "/p" ? EACCES : 0;
  };
  const auto watcher = f.watching();
  CHECK(watcher->scan(0).problems.size() == 1);
  f.files.fault = {};
  REQUIRE(::chmod((f.root + "/p").c_str(), 0700) == 0);
  CHECK(watcher->collect().files == Paths{path});
}

TEST_CASE("folders that were polled for want of watches are watched again once there are some",
          "[watcher]") {
  Fixture f;
  Paths paths;
  for (int i = 0; i < 6; ++i) {
    paths.push_back(f.write("p" + std::to_string(i) + "/a.jsonl"));
  }
  auto events = std::make_unique<LimitedEvents>(3);
  auto& limit = events->limit;
  const auto watcher = f.watcher(std::move(events));
  CHECK(watcher->scan(0).sources.size() == 6);
  CHECK(watcher->collect().health_changed);
  CHECK(watcher->health().cause_since == f.clock.now());
  f.clock.advance(std::chrono::seconds(2));
  CHECK_FALSE(watcher->collect().health_changed);
  CHECK(watcher->health().polled_folders == 4);

  limit = SIZE_MAX;
  Fixture::append(paths[5]);
  f.clock.advance(std::chrono::seconds(2));
  const auto report = watcher->collect();
  CHECK(report.health_changed);
  CHECK(report.files == Paths{paths[5]});
  CHECK(watcher->health().polled_folders == 0);
  CHECK_FALSE(watcher->health().cause);
  static_cast<void>(watcher->collect());  // looks once more where it did not watch
  CHECK_FALSE(watcher->due());
  for (const auto& path : paths) {
    Fixture::append(path);
  }
  CHECK(watcher->collect().files == paths);
}

TEST_CASE("watches that became free go to the folders that were polled", "[watcher]") {
  Fixture f;
  for (int i = 0; i < 4; ++i) {
    f.write("p" + std::to_string(i) + "/a.jsonl");
  }
  size_t way = 0;
  for (fs::path above = f.root; above != "/"; above = above.parent_path()) {
    ++way;
  }
  const auto watcher =
      std::make_unique<SourceWatcher>(f.files, f.clock, std::move(*make_folder_events()), way + 4);
  static_cast<void>(watcher->add_root(f.root, Fixture::rules()));
  static_cast<void>(watcher->scan(0));
  static_cast<void>(watcher->collect());
  CHECK(watcher->health().polled_folders == 1);
  fs::remove_all(f.root + "/p0");
  fs::remove_all(f.root + "/p1");
  static_cast<void>(watcher->collect());
  f.clock.advance(std::chrono::seconds(60));
  CHECK(watcher->collect().health_changed);
  CHECK(watcher->health().polled_folders == 0);
  CHECK_FALSE(watcher->health().cause);
}

TEST_CASE("a folder that could not be watched either is found to be readable by looking",
          "[watcher]") {
  Fixture f;
  const auto path = f.write("p/q/a.jsonl");
  f.files.fault = [&](kato::test::FileOperation operation, const std::string& folder) {
    return operation == kato::test::FileOperation::kList && folder == f.root + "/p" ? EACCES : 0;
  };
  auto events = std::make_unique<LimitedEvents>(SIZE_MAX);
  auto& unreadable = events->unreadable;
  unreadable = f.root + "/p";
  const auto watcher = f.watcher(std::move(events));
  CHECK(watcher->scan(0).problems.size() == 1);
  f.clock.advance(std::chrono::seconds(2));
  CHECK(watcher->collect().walked.empty());
  f.files.fault = {};
  unreadable.clear();
  f.clock.advance(std::chrono::seconds(2));
  const auto report = watcher->collect();
  CHECK(report.files == Paths{path});
  CHECK(report.walked == Paths{f.root + "/p"});
  CHECK(watcher->health().polled_folders == 0);
}

TEST_CASE("a system that grants no events has all folders polled, and it is said why",
          "[watcher]") {
  Fixture f;
  const auto path = f.write("p/a.jsonl");
  const auto none = fail_errno(EMFILE, "begin to watch folders");
  SourceWatcher watcher(f.files, f.clock, none);
  CHECK(watcher.add_root(f.root, Fixture::rules()) == 0);
  CHECK(watcher.scan(0).sources.size() == 1);
  const auto health = watcher.health();
  CHECK(health.watched_folders == 0);
  CHECK(health.polled_folders == 2);
  REQUIRE(health.cause);
  CHECK(health.cause->message().contains("Too many open files"));
  CHECK(health.cause->message().contains("max_user_instances"));
  CHECK(watcher.collect().health_changed);
  Fixture::append(path);
  f.clock.advance(std::chrono::seconds(2));
  CHECK(watcher.collect().files == Paths{path});
}
