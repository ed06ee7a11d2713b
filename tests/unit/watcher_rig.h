// A source watcher over a throw-away root, with events that a limit allows.
#pragma once

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <map>
#include <string>

#include "host/source/watcher.h"

#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"

namespace kato::test {

using Paths = std::vector<std::string>;

// The system's events, as far as a limit allows, and with others slipped in.
class LimitedEvents final : public FolderEvents {
 public:
  explicit LimitedEvents(size_t most) : limit(most) {}

  Result<WatchId> watch(const std::string& folder, WatchScope scope) override {
    if (unreadable == folder) return fail_errno(EACCES, "watch " + folder);
    const bool counts = scope == WatchScope::kContents && !used_.contains(folder);
    if (counts && used_.size() >= limit) return fail_errno(ENOSPC, "watch " + folder);
    auto watch = real_->watch(folder, scope);
    if (counts && watch) used_.emplace(folder, *watch);
    return watch;
  }
  void unwatch(WatchId watch) override {
    std::erase_if(used_, [watch](const auto& used) { return used.second == watch; });
    real_->unwatch(watch);
  }
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
  std::map<std::string, WatchId> used_;  // of those whose contents are watched
};

// A root ~/home/logs of *.jsonl without attic/, and a clock that stands still.
struct WatcherRig {
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

inline Paths sources_of(const DiscoveryResult& found) {
  Paths paths;
  for (const auto& source : found.sources) {
    paths.push_back(source.path);
  }
  std::ranges::sort(paths);
  return paths;
}

}  // namespace kato::test
