// Finds the sources below a root.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "host/io/file_system.h"
#include "host/source/source_rule.h"

namespace kato {

struct FoundSource {
  std::string path;  // relative to the root
  size_t rule = 0;
  FileInfo info;
};

// Something that could not be looked at, or was left out on purpose. The walk went on.
struct DiscoveryProblem {
  std::string path;  // absolute
  Error error;
};

struct DiscoveryResult {
  std::vector<FoundSource> sources;  // newest mtime first
  std::vector<DiscoveryProblem> problems;
  bool folder_exists = false;  // the folder where the walk began
};

// Called with the absolute path of each folder before it is listed.
using BeforeListing = std::function<void(const std::string& folder)>;

// Walks `root`, or only the folder `below` (relative to it) and what lies in it.
//
// Each file that matches a rule is looked at once; folders in which nothing can match are not
// entered. A link to a file counts as that file, unless the file itself was found too; a link to a
// folder is not followed (it could lead in circles, or out into the whole disk) and is reported:
// the folder behind it can be a root of its own. The root itself may be a link.
[[nodiscard]] DiscoveryResult discover(FileSystem& files, const std::string& root,
                                       const SourceRules& rules, std::string_view below = {},
                                       const BeforeListing& before_listing = {});

}  // namespace kato
