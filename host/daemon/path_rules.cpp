#include "host/daemon/path_rules.h"

namespace kato {

PathRules path_rules(const Assembly& assembly) {
  PathRules rules;
  rules.state_directory = assembly.paths().state_dir;
  rules.allowed_write_roots = assembly.config().allowed_write_roots;
  for (const auto& root : assembly.roots()) {
    rules.provider_roots.push_back(root.path);
  }
  rules.allow_hard_links = assembly.config().allow_hard_linked_destinations;
  return rules;
}

}  // namespace kato
