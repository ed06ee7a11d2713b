// What is known of the last run of the daemon, and whether it ended as it should.
#pragma once

#include <optional>
#include <string>

#include "host/base/clock.h"
#include "host/io/file_system.h"

namespace kato {

inline constexpr uint32_t kRunSchemaVersion = 1;

struct RunMark {
  UnixMillis started;
  // Commands in sessions never seen before run if they are not older. After an unclean end that of
  // the run which was killed is taken over.
  UnixMillis commands_since;
  std::string boot_id;  // of the machine: another one means that a run ended with the power
  int64_t process_id = 0;
  bool ended = false;  // everything was committed
  // The power was lost before this run, or before one that did not get through with what that left.
  bool power_lost = false;
};

// Nothing if there was no run yet. kInvalid: the file is damaged. kUnsupported: a newer Kato wrote
// it. It was not touched.
[[nodiscard]] Result<std::optional<RunMark>> load_run_mark(FileSystem& files,
                                                           const std::string& path);
// Synced.
[[nodiscard]] Status store_run_mark(FileSystem& files, const std::string& path,
                                    const RunMark& mark);

// What is assumed of a run whose mark is damaged: the power was lost, and nobody knows since when
// commands would count.
[[nodiscard]] RunMark worst_run(UnixMillis now);

// The mark of a run that begins now.
[[nodiscard]] RunMark next_run(const std::optional<RunMark>& last, UnixMillis now,
                               std::string boot_id, int64_t process_id);

// The machine's boot id; empty where there is none.
[[nodiscard]] std::string read_boot_id(FileSystem& files);

}  // namespace kato
