// A daemon with the shipped plugins over a throw-away home, a clock that stands still, and a file
// system that counts and fails as told.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "host/daemon/daemon.h"

#include "tests/support/fake_clock.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"

namespace kato::test {

class DaemonRig {
 public:
  DaemonRig();

  // The config from the next start on, but for its first line.
  void configure(std::string_view yaml) const;
  // Not yet working. The boot id is that of this machine.
  [[nodiscard]] Result<std::unique_ptr<Daemon>> make(DaemonPurpose purpose = DaemonPurpose::kWatch);
  [[nodiscard]] Result<std::unique_ptr<Assembly>> assemble();
  // Works until nothing is to be done, commits included.
  void work(Daemon& daemon);
  // A daemon that has worked; killed: what it has not committed is lost with it.
  [[nodiscard]] std::unique_ptr<Daemon> working();
  // The machine goes off and on; what was written is on the disk. No fault is planned any more.
  void lose_power(std::unique_ptr<Daemon>& daemon);

  // JSON of the answer; the test fails if it is an error.
  nlohmann::ordered_json ask(Daemon& daemon, const ControlRequest& request);

  // The log of the session with that number, in the project folder ~/proj.
  [[nodiscard]] std::string log(int number) const;
  [[nodiscard]] std::string session_id(int number) const;
  [[nodiscard]] std::string key(int number) const;
  // A line for it; without a time: that of the clock.
  void say(int number, std::string_view text, std::string_view time = {});
  [[nodiscard]] SessionMeta meta(int number);

  [[nodiscard]] std::string read(std::string_view name) const { return home.read(name); }

  TemporaryFolder home;
  FakeClock clock;
  FaultyFileSystem files;
  uint64_t resident_bytes = 0;
  std::optional<uint32_t> user_id;
  uint64_t part_bytes = kDefaultPartBytes;
  uint64_t most_handles = 1024;
  std::function<Result<std::unique_ptr<FolderEvents>>()> make_events = make_folder_events;

 private:
  FixedEnvironment environment_;
  int lines_ = 0;
};

// Whether something is degraded in whose name that stands.
[[nodiscard]] bool is_degraded(const DaemonStatus& status, std::string_view what);
// Why the first one is, in whose name that stands; empty if none is.
[[nodiscard]] std::string cause_of(Daemon& daemon, std::string_view what);

}  // namespace kato::test
