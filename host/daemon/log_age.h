// Which of two logs was there first.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "host/io/file_system.h"

namespace kato {

// The lower one was there first.
struct LogAge {
  int64_t since_ns = 0;  // 1970 UTC
  std::string path;      // decides between equal ones

  auto operator<=>(const LogAge&) const = default;
};

// By the file's birth, or its last modification if that is older (it was copied with its times), or
// if the file system keeps no births.
[[nodiscard]] LogAge age_of_log(FileSystem& files, const std::string& path, const FileInfo& info);

}  // namespace kato
