#include "tests/simulation/sim_folder_events.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace kato::simulation {
namespace {

class SimFolderEvents final : public FolderEvents {
 public:
  explicit SimFolderEvents(FolderEventSource& source) : source_(source) {}
  Result<WatchId> watch(const std::string& folder, WatchScope scope) override {
    return source_.watch(folder, scope);
  }
  void unwatch(WatchId watch) override { source_.unwatch(watch); }
  [[nodiscard]] int wait_fd() const override { return -1; }
  Status take(std::vector<FolderEvent>& events) override {
    auto taken = source_.take();
    std::ranges::move(taken, std::back_inserter(events));
    return {};
  }

 private:
  FolderEventSource& source_;
};

bool tells(WatchScope scope, DiskEventKind kind) {
  if (kind == DiskEventKind::kSelfWent || scope == WatchScope::kContents) return true;
  const bool arrival = kind == DiskEventKind::kMade || kind == DiskEventKind::kMovedHere;
  return scope == WatchScope::kArrivals && arrival;
}

FolderEventKind kind_of(const DiskEvent& event) {
  if (event.kind == DiskEventKind::kSelfWent) return FolderEventKind::kSelfWent;
  if (!event.is_folder) return FolderEventKind::kFile;
  const bool went =
      event.kind == DiskEventKind::kRemoved || event.kind == DiskEventKind::kMovedAway;
  return went ? FolderEventKind::kFolderWent : FolderEventKind::kFolderCame;
}

}  // namespace

FolderEventSource::FolderEventSource(SimDisk& disk) : disk_(disk) {
  disk_.listener = [this](const DiskEvent& event) { happened(event); };
}

void FolderEventSource::forget() {
  watches_.clear();
  queue_.clear();
}

void FolderEventSource::overflow() {
  queue_.clear();
  queue_.push_back({.kind = FolderEventKind::kOverflow, .watch = kNoWatch, .name = {}});
}

void FolderEventSource::queue(FolderEvent event) {
  if (!queue_.empty() && queue_.back().kind == FolderEventKind::kOverflow) return;
  if (queue_.size() >= longest_queue) {
    queue_.push_back({.kind = FolderEventKind::kOverflow, .watch = kNoWatch, .name = {}});
    return;
  }
  queue_.push_back(std::move(event));
}

void FolderEventSource::happened(const DiskEvent& event) {
  for (const auto& [id, watch] : watches_) {
    if (watch.folder != event.folder || !tells(watch.scope, event.kind)) continue;
    queue({.kind = kind_of(event), .watch = id, .name = event.name});
  }
}

Result<WatchId> FolderEventSource::watch(const std::string& folder, WatchScope scope) {
  Place place;
  const int error = disk_.find(folder, true, place);
  if (error != 0 || !place.node) return fail_errno(error ? error : ENOENT, "watch " + folder);
  if (place.node->type != FileType::kDirectory) return fail_errno(ENOTDIR, "watch " + folder);
  const auto known = std::ranges::find_if(
      watches_, [&](const auto& one) { return one.second.folder == place.node->number; });
  if (known != watches_.end()) {
    known->second.scope = std::min(known->second.scope, scope);  // the widest is the first
    return known->first;
  }
  if (watches_.size() >= most_watches) return fail_errno(ENOSPC, "watch " + folder);
  watches_[next_] = {.folder = place.node->number, .scope = scope};
  return next_++;
}

void FolderEventSource::unwatch(WatchId watch) {
  if (watches_.erase(watch) == 0) return;
  queue({.kind = FolderEventKind::kEnded, .watch = watch, .name = {}});
}

std::vector<FolderEvent> FolderEventSource::take() {
  return std::exchange(queue_, {});
}

std::unique_ptr<FolderEvents> make_sim_folder_events(FolderEventSource& source) {
  return std::make_unique<SimFolderEvents>(source);
}

}  // namespace kato::simulation
