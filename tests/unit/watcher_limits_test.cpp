// Where the system's watches end, or are none: the rest is looked at, and it is said why.
#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <sys/stat.h>

#include "tests/unit/watcher_rig.h"

using namespace kato;
using kato::test::LimitedEvents;
using kato::test::Paths;
using kato::test::WatcherRig;
namespace fs = std::filesystem;

namespace {

// Those on the way to the root are watched too: so many, and `most` more.
std::unique_ptr<SourceWatcher> watching_at_most(WatcherRig& rig, size_t most) {
  size_t way = 0;
  for (fs::path above = rig.root; above != "/"; above = above.parent_path()) {
    ++way;
  }
  auto watcher = std::make_unique<SourceWatcher>(rig.files, rig.clock,
                                                 std::move(*make_folder_events()), way + most);
  CHECK(watcher->add_root(rig.root, WatcherRig::rules()) == 0);
  return watcher;
}

}  // namespace

TEST_CASE("lost events ask for a scan, which finds and watches what was missed", "[watcher]") {
  WatcherRig f;
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
  WatcherRig f;
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
  static_cast<void>(watcher->collect());  // looks once more where it did not watch at first
  CHECK(watcher->collect().files.empty());
  for (const auto& path : paths) {
    WatcherRig::append(path);
  }
  f.clock.advance(std::chrono::seconds(2));
  CHECK(watcher->collect().files == paths);
  CHECK(watcher->collect().files.empty());
}

TEST_CASE("the watches that may be used go to the folders where something happened last",
          "[watcher]") {
  WatcherRig f;
  Paths paths;
  for (int i = 0; i < 6; ++i) {
    paths.push_back(f.write("p" + std::to_string(i) + "/a.jsonl"));
    const auto age = std::chrono::hours(i == 4 ? 0 : i + 1);
    const std::chrono::sys_time<std::chrono::milliseconds> now{
        std::chrono::milliseconds(f.clock.now().value)};
    fs::last_write_time(paths.back(), std::chrono::file_clock::from_sys(now - age));
  }
  const bool is_own_limit = GENERATE(true, false);  // or the system's, which others used up
  const auto watcher =
      is_own_limit ? watching_at_most(f, 4) : f.watcher(std::make_unique<LimitedEvents>(4));
  CHECK(watcher->scan(0).sources.size() == 6);
  CHECK(watcher->health().polled_folders == 3);
  CHECK(watcher->health().cause->message().contains("max_user_watches"));
  static_cast<void>(watcher->collect());
  const auto is_noticed_at_once = [&](size_t i) {
    WatcherRig::append(paths[i]);
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
    WatcherRig::append(paths[i]);
    f.clock.advance(std::chrono::seconds(60));
    const auto found = watcher->collect().files;
    CHECK(std::ranges::find(found, paths[i]) != found.end());
  }
}

TEST_CASE("where a later root needs more watches than there are, the older folders go without",
          "[watcher]") {
  WatcherRig f;
  for (const auto* const name : {"home/old/p/a.jsonl", "home/old/r/a.jsonl"}) {
    const auto old = f.folder.write(name, "x\n");
    fs::last_write_time(old, fs::last_write_time(old) - std::chrono::hours(48));
  }
  const auto fresh = f.write("q/a.jsonl");
  fs::last_write_time(fresh, fs::last_write_time(fresh) - std::chrono::hours(1));
  const bool is_own_limit = GENERATE(true, false);
  const auto watcher =
      is_own_limit ? watching_at_most(f, 2) : f.watcher(std::make_unique<LimitedEvents>(2));
  CHECK(watcher->add_root(f.folder / "home/old", WatcherRig::rules()) == 1);
  static_cast<void>(watcher->scan(0));
  static_cast<void>(watcher->scan(1));
  static_cast<void>(watcher->collect());
  WatcherRig::append(fresh);
  CHECK(watcher->collect().files == Paths{fresh});
}

TEST_CASE("where there are no events, looking finds the same", "[watcher]") {
  WatcherRig f;
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

  WatcherRig::append(stays);
  WatcherRig::append(f.root + "/p/not a log");
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

TEST_CASE("a folder that becomes readable is looked into", "[watcher]") {
  WatcherRig f;
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
  WatcherRig f;
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
  WatcherRig::append(paths[5]);
  f.clock.advance(std::chrono::seconds(2));
  const auto report = watcher->collect();
  CHECK(report.health_changed);
  CHECK(report.files == Paths{paths[5]});
  CHECK(watcher->health().polled_folders == 0);
  CHECK_FALSE(watcher->health().cause);
  static_cast<void>(watcher->collect());  // looks once more where it did not watch
  CHECK_FALSE(watcher->due());
  for (const auto& path : paths) {
    WatcherRig::append(path);
  }
  CHECK(watcher->collect().files == paths);
}

TEST_CASE("watches that became free go to the folders that were polled", "[watcher]") {
  WatcherRig f;
  for (int i = 0; i < 4; ++i) {
    f.write("p" + std::to_string(i) + "/a.jsonl");
  }
  const auto watcher = watching_at_most(f, 4);
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
  WatcherRig f;
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
  WatcherRig f;
  const auto path = f.write("p/a.jsonl");
  const auto none = fail_errno(EMFILE, "begin to watch folders");
  SourceWatcher watcher(f.files, f.clock, none);
  CHECK(watcher.add_root(f.root, WatcherRig::rules()) == 0);
  CHECK(watcher.scan(0).sources.size() == 1);
  const auto health = watcher.health();
  CHECK(health.watched_folders == 0);
  CHECK(health.polled_folders == 2);
  REQUIRE(health.cause);
  CHECK(health.cause->message().contains("Too many open files"));
  CHECK(health.cause->message().contains("max_user_instances"));
  CHECK(watcher.collect().health_changed);
  WatcherRig::append(path);
  f.clock.advance(std::chrono::seconds(2));
  CHECK(watcher.collect().files == Paths{path});
}
