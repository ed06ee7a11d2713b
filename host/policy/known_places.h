// What the path policy said a moment ago, for destinations that are written again and again.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "host/base/clock.h"
#include "host/policy/path_policy.h"

namespace kato {

// [one thread at a time] An answer that allows a path is given again while it is young and the
// folder that allows the path is the very same. What lies below that folder is opened without
// following a link (FileSystem::open_beneath) and judged once it is open, so a link or another file
// that is put in its place is refused as before. Whatever else the answer depends on (where the
// agents' logs and Kato's own files lie) is looked at when it is no longer young.
class KnownPlaces {
 public:
  static constexpr std::chrono::milliseconds kHoldsFor{1000};

  // All must outlive it.
  KnownPlaces(FileSystem& files, const PathPolicy& policy, const Clock& clock)
      : files_(files), policy_(policy), clock_(clock) {}

  // As PathPolicy::check, but `exists` may be out of date.
  [[nodiscard]] Decision check(const std::string& path, const std::string& project_directory);
  // To be called when the path could not be written: it is judged anew the next time.
  void forget(const std::string& path) { known_.erase(path); }

 private:
  struct Known {
    std::string project_directory;
    Decision decision;
    FileId root;
    std::chrono::steady_clock::time_point until;
  };
  [[nodiscard]] bool holds(const Known& known, const std::string& project_directory) const;

  FileSystem& files_;
  const PathPolicy& policy_;
  const Clock& clock_;
  std::map<std::string, Known> known_;  // by the path that was asked for
};

}  // namespace kato
