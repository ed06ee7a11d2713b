// The golden runner: fixtures of a plugin in, what differs from the expectations out.
//
// A case is a folder:
//   root/...                     native logs, laid out as below the provider's root
//   step-2/..., step-3/...       optional: the same files at later moments
//   expected/<id>.jsonl          the canonical events of the session with that provider's id ('+'
//   for
//                                each '/' in it)
//   expected/<id>.<extension>    optional: the rendering by the sink of that extension
#pragma once

#include <string>
#include <vector>

#include "host/base/error.h"
#include "host/daemon/assembly.h"

namespace kato {

enum class GoldenMode : uint8_t {
  kCompare,
  kUpdate,  // rewrites the expectations; renderings only where there is one already
};

struct GoldenCase {
  std::string name;                   // of its folder
  std::vector<std::string> failures;  // each: which file, and how it differs; empty: passed
  std::vector<std::string> updated;   // files that were rewritten
};

// Folders of cases in `folder`: it may be a case, a folder of cases, or a plugin's folder with
// `fixtures`. Sorted by name. kNotFound: no case.
[[nodiscard]] Result<std::vector<std::string>> find_golden_cases(FileSystem& files,
                                                                 const std::string& folder);

[[nodiscard]] Result<GoldenCase> run_golden_case(FileSystem& files, Assembly& assembly,
                                                 const std::string& folder, GoldenMode mode);

}  // namespace kato
