// Files that cannot be opened because too many are.
#pragma once

#include <cerrno>

#include "host/base/error.h"

namespace kato {

// The process, or the system, has no handle left. Says nothing about the disk, and passes.
[[nodiscard]] inline bool is_lack_of_handles(const Error& error) {
  return error.errno_value() == EMFILE || error.errno_value() == ENFILE;
}

}  // namespace kato
