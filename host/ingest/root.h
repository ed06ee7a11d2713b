// A folder of one provider's logs, with all that is needed to make sessions of what lies in it.
#pragma once

#include <string>
#include <vector>

#include "host/base/error.h"
#include "host/plugin/provider_handle.h"
#include "host/source/source_reader.h"
#include "host/source/source_rule.h"

namespace kato {

// What the config says of a root.
struct RootPolicy {
  bool auto_generate_snapshots = false;
  bool keep_raw = false;
  std::string default_sink;         // name of a sink of the config; empty: the global one
  std::string default_destination;  // a template; empty: the global one
  SourceLimits limits;
};

struct Root {
  const Provider* provider = nullptr;  // lives as long as the registry
  std::string path;                    // absolute
  std::string options_json;            // of the provider; empty: none
  RootPolicy policy;
  std::vector<SourcePattern> patterns;
  SourceRules rules;  // rule i is pattern i
};

// Asks the provider for its patterns. kInvalid: a pattern that cannot be used.
[[nodiscard]] Result<Root> make_root(const Provider& provider, std::string path,
                                     std::string options_json, RootPolicy policy);

}  // namespace kato
