// The logs of a provider below a folder, with what lies beside them, as its patterns say.
#pragma once

#include <filesystem>
#include <kato/provider.h>
#include <string>
#include <vector>

#include "provider_driver.hpp"

namespace kato::testkit {

struct SourceFile {
  std::filesystem::path file;
  std::filesystem::path root;  // the folder that content.path is relative to
  SourceContent content;
};

// The folder need not be a root: each file's root is the highest folder below which a pattern fits
// it. A file that fits nowhere counts if probe says that it is the provider's own. Sorted by path;
// packed ones are left out.
[[nodiscard]] std::vector<SourceFile> sources_below(const kato_provider_api& api,
                                                    const std::filesystem::path& folder);

}  // namespace kato::testkit
