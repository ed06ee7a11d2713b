// A session whose copy lacks what its log no longer had.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/daemon_rig.h"

namespace kato::test {

// Of the first session, below the home.
[[nodiscard]] std::string twin(const DaemonRig& rig);
[[nodiscard]] std::string log_name(const DaemonRig& rig);

// Why its copy is told to be degraded; empty if it is not.
[[nodiscard]] std::string cause_of_copy(Daemon& daemon, const DaemonRig& rig);

// Whatever it is opened for.
void open_session(DaemonRig& rig, Daemon& daemon);

struct Exported {
  std::string said;
  std::vector<std::string> warnings;
  std::string captured;  // what of it has a capture time
};

[[nodiscard]] Exported exported(DaemonRig& rig);

// "apple", "pear", "plum", "quince" and "medlar", each on a line of its own, once.
void check_all_in_order(std::string_view text);

}  // namespace kato::test
