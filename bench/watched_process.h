// A program that runs while it is measured: what the kernel has counted for it so far.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace kato::bench {

struct Usage {
  double cpu_ms = 0;        // of the main thread and all others
  uint64_t read_bytes = 0;  // by any read call, from wherever
  uint64_t wake_ups = 0;    // voluntary context switches
  double resident_mb = 0;
  double peak_mb = 0;  // resident, at any time so far
  size_t open_files = 0;
};

class WatchedProcess {
 public:
  // Output goes to the file `said`. The environment is only what is given.
  WatchedProcess(const std::vector<std::string>& command,
                 const std::map<std::string, std::string>& environment, const std::string& said);
  ~WatchedProcess();  // kills what still runs
  WatchedProcess(const WatchedProcess&) = delete;
  WatchedProcess& operator=(const WatchedProcess&) = delete;
  WatchedProcess(WatchedProcess&&) = delete;
  WatchedProcess& operator=(WatchedProcess&&) = delete;

  [[nodiscard]] Usage usage() const;
  [[nodiscard]] bool alive();
  // SIGTERM, and the CPU time of its whole life in ms; negative if it did not end well.
  double end();
  // The same without a signal: for what ends by itself.
  double wait();

 private:
  pid_t pid_ = -1;
};

}  // namespace kato::bench
