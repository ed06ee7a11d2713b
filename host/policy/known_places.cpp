#include "host/policy/known_places.h"

namespace kato {
namespace {

constexpr size_t kMostKnown = 256;

}  // namespace

bool KnownPlaces::holds(const Known& known, const std::string& project_directory) const {
  if (clock_.steady() >= known.until || known.project_directory != project_directory) return false;
  const auto root = files_.link_info(known.decision.root);
  return root && root->type == FileType::kDirectory && root->id == known.root;
}

Decision KnownPlaces::check(const std::string& path, const std::string& project_directory) {
  const auto found = known_.find(path);
  if (found != known_.end() && holds(found->second, project_directory)) {
    return found->second.decision;
  }
  forget(path);
  auto decision = policy_.check(path, project_directory);
  // A path with a link in it may lead elsewhere at any time.
  if (!decision.allowed() || decision.path != path) return decision;
  const auto root = files_.link_info(decision.root);
  if (!root) return decision;
  if (known_.size() >= kMostKnown) known_.clear();
  known_[path] = {.project_directory = project_directory,
                  .decision = decision,
                  .root = root->id,
                  .until = clock_.steady() + kHoldsFor};
  return decision;
}

}  // namespace kato
