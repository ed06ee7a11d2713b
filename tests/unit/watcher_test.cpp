// Which changes below a root are noticed, and what wakes nobody.
#include <algorithm>
#include <filesystem>
#include <poll.h>
#include <sys/stat.h>

#include "tests/unit/watcher_rig.h"

using namespace kato;
using kato::test::Paths;
using kato::test::sources_of;
using kato::test::WatcherRig;
namespace fs = std::filesystem;

namespace {

bool is_readable(int fd) {
  struct pollfd wanted{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&wanted, 1, 0) == 1;
}

}  // namespace

TEST_CASE("an append is noticed at once, and nothing else wakes the watcher", "[watcher]") {
  WatcherRig f;
  const auto path = f.write("p/a.jsonl");
  const auto watcher = f.watching();
  CHECK(sources_of(watcher->scan(0)) == Paths{"p/a.jsonl"});
  CHECK_FALSE(is_readable(watcher->wait_fd()));
  CHECK_FALSE(watcher->due());
  WatcherRig::append(path);
  WatcherRig::append(path);
  CHECK(is_readable(watcher->wait_fd()));
  const auto report = watcher->collect();
  CHECK(report.files == Paths{path});
  CHECK(report.gone_folders.empty());
  CHECK_FALSE(report.rescan);
  CHECK_FALSE(is_readable(watcher->wait_fd()));
  CHECK(watcher->collect().files.empty());
}

TEST_CASE("folders are watched, not files", "[watcher]") {
  WatcherRig f;
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
  WatcherRig f;
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
  WatcherRig f;
  f.write("2026/01/01/a.jsonl");
  const auto watcher = f.watching();
  static_cast<void>(watcher->scan(0));
  const auto first = f.write("2026/02/03/b.jsonl");
  CHECK(watcher->collect().files == Paths{first});
  const auto second = f.write("2026/02/03/c.jsonl");
  CHECK(watcher->collect().files == Paths{second});
  WatcherRig::append(first);
  CHECK(watcher->collect().files == Paths{first});
}

TEST_CASE("what is made between the listing of a folder and its events is not missed",
          "[watcher]") {
  WatcherRig f;
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
  WatcherRig f;
  f.write("p/q/a.jsonl");
  const auto watcher = f.watching();
  static_cast<void>(watcher->scan(0));
  fs::rename(f.root + "/p", f.root + "/r");
  const auto report = watcher->collect();
  CHECK(report.gone_folders == Paths{f.root + "/p"});
  CHECK(report.files == Paths{f.root + "/r/q/a.jsonl"});
  WatcherRig::append(f.root + "/r/q/a.jsonl");
  const auto after = watcher->collect();
  CHECK(after.files == Paths{f.root + "/r/q/a.jsonl"});
  CHECK(after.gone_folders.empty());
  CHECK(watcher->health().watched_folders == 3);
}

TEST_CASE("a folder that leaves the root is no longer watched", "[watcher]") {
  WatcherRig f;
  f.write("p/a.jsonl");
  const auto watcher = f.watching();
  static_cast<void>(watcher->scan(0));
  fs::rename(f.root + "/p", f.folder / "elsewhere");
  CHECK(watcher->collect().gone_folders == Paths{f.root + "/p"});
  WatcherRig::append(f.folder / "elsewhere/a.jsonl");
  CHECK(watcher->collect().files.empty());
  CHECK(watcher->health().watched_folders == 1);
}

TEST_CASE("a folder that is removed and made again is watched again", "[watcher]") {
  WatcherRig f;
  f.write("p/a.jsonl");
  const auto watcher = f.watching();
  static_cast<void>(watcher->scan(0));
  fs::remove_all(f.root + "/p");
  const auto path = f.write("p/a.jsonl");
  const auto report = watcher->collect();
  CHECK(std::ranges::count(report.files, path) == 1);
  WatcherRig::append(path);
  CHECK(watcher->collect().files == Paths{path});
}

TEST_CASE("a root that does not exist yet is waited for, however deep it lies", "[watcher]") {
  WatcherRig f;
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
    WatcherRig::append(path);
    f.clock.advance(std::chrono::hours(1));
    CHECK(watcher->collect().files == Paths{path});
  }
}

TEST_CASE("a root that is renamed, with or without a folder above it, does not end the capture",
          "[watcher]") {
  WatcherRig f;
  const auto path = f.write("p/a.jsonl");
  for (const auto* what : {"home/logs", "home"}) {
    const auto watcher = f.watching();
    static_cast<void>(watcher->scan(0));
    fs::rename(f.folder / what, f.folder / "away");
    CHECK(watcher->collect().gone_folders == Paths{f.root});
    const auto below = what == std::string("home") ? "/logs/p/a.jsonl" : "/p/a.jsonl";
    WatcherRig::append(f.folder / "away" + below);
    CHECK(watcher->collect().files.empty());
    fs::rename(f.folder / "away", f.folder / what);
    CHECK(watcher->collect().files == Paths{path});
    WatcherRig::append(path);
    CHECK(watcher->collect().files == Paths{path});
  }
}

TEST_CASE("a root behind a link that is exchanged for another one does not end the capture",
          "[watcher]") {
  WatcherRig f;
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
  WatcherRig::append(f.folder / "two/logs/p/a.jsonl");
  CHECK(watcher->collect().files == Paths{path});
}

TEST_CASE("a link to a root that leads nowhere for a while does not end the capture", "[watcher]") {
  WatcherRig f;
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
  WatcherRig::append(path);
  CHECK(watcher->collect().files == Paths{path});
  CHECK_FALSE(watcher->due());
}

TEST_CASE("two roots, one within the other, each see what is theirs", "[watcher]") {
  WatcherRig f;
  const auto watcher = f.watching();
  f.write("p/a.jsonl");
  CHECK(watcher->add_root(f.root + "/p", WatcherRig::rules()) == 1);
  CHECK(sources_of(watcher->scan(0)) == Paths{"p/a.jsonl"});
  CHECK(sources_of(watcher->scan(1)) == Paths{"a.jsonl"});
  WatcherRig::append(f.root + "/p/a.jsonl");
  CHECK(watcher->collect().files == Paths{f.root + "/p/a.jsonl"});
}
