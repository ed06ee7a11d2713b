// What happens in folders of a simulated disk, told as inotify tells it.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "host/io/folder_events.h"

#include "tests/simulation/sim_disk.h"

namespace kato::simulation {

// What the system gives. Outlives the runs that use it; a run begins with `forget`.
class FolderEventSource {
 public:
  explicit FolderEventSource(SimDisk& disk);

  size_t most_watches = 1000;
  size_t longest_queue = 200;

  // The events are lost, as when the queue is full.
  void overflow();
  void forget();

  Result<WatchId> watch(const std::string& folder, WatchScope scope);
  void unwatch(WatchId watch);
  std::vector<FolderEvent> take();
  [[nodiscard]] bool has_events() const { return !queue_.empty(); }

 private:
  struct Watch {
    uint64_t folder = 0;
    WatchScope scope = WatchScope::kItself;
  };
  void happened(const DiskEvent& event);
  void queue(FolderEvent event);

  SimDisk& disk_;
  std::map<WatchId, Watch> watches_;
  std::vector<FolderEvent> queue_;
  WatchId next_ = 1;
};

[[nodiscard]] std::unique_ptr<FolderEvents> make_sim_folder_events(FolderEventSource& source);

}  // namespace kato::simulation
