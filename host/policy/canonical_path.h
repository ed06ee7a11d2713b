// Where a path that is to be written really leads.
#pragma once

#include <optional>
#include <string>

#include "host/io/file_system.h"

namespace kato {

struct CanonicalPath {
  std::string path;              // absolute, without links, "." and ".."
  std::optional<FileInfo> info;  // of what is there; nothing if the file is still to be made
};

// Follows every link that exists; what does not exist yet is kept as it is written. ".." means the
// folder above the one that was really reached. Errors: a path that is not absolute, a link that
// leads nowhere, ".." behind a folder that does not exist, a file in place of a folder, and
// whatever the file system says.
[[nodiscard]] Result<CanonicalPath> canonical_path(FileSystem& files, const std::string& path);

}  // namespace kato
