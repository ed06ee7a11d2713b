#include "host/policy/path_policy.h"

#include <utility>

#include <fmt/format.h>

#include "host/io/files.h"
#include "host/policy/canonical_path.h"

namespace kato {
namespace {

constexpr std::string_view kStateToken = "{state}";
constexpr std::string_view kProjectToken = "{project}";
constexpr std::string_view kRecordings = "recordings";

bool is_or_lies_below(std::string_view folder, std::string_view path) {
  return path == folder || lies_below(folder, path);
}

Decision deny(const PathFacts& facts, Denial denial, std::string reason) {
  Decision decision;
  decision.denial = denial;
  decision.path = facts.path;
  decision.exists = facts.info.has_value();
  decision.reason = std::move(reason);
  return decision;
}

Decision unclear(const PathFacts& facts, const Error& error) {
  auto decision = deny(facts, Denial::kUnclear, error.message());
  if (is_passing(error)) decision.fault = error;
  return decision;
}

Decision allow(const PathFacts& facts, std::string root, std::string reason) {
  Decision decision;
  decision.path = facts.path;
  decision.relative = facts.path.substr(root.size() + (root == "/" ? 0 : 1));
  decision.root = std::move(root);
  decision.exists = facts.info.has_value();
  decision.reason = std::move(reason);
  return decision;
}

std::string_view in_words(Denial denial) {
  switch (denial) {
    case Denial::kDirectory:
      return "it is a folder";
    case Denial::kSpecialFile:
      return "it is no ordinary file";
    case Denial::kHardLinks:
      return "the file has several names (hard links); allowHardLinkedDestinations is off";
    default:
      return "it may not be written";
  }
}

// "{state}/recordings" -> "/home/ada/.kato/recordings"; empty if the token has no value.
std::string filled(std::string_view root, std::string_view token, const std::string& value) {
  if (!value.starts_with('/')) return {};
  return value + std::string(root.substr(token.size()));
}

}  // namespace

std::string_view to_name(Denial denial) {
  switch (denial) {
    case Denial::kNone:
      return "allowed";
    case Denial::kUnclear:
      return "unclear";
    case Denial::kOutsideRoots:
      return "outside-roots";
    case Denial::kStateDirectory:
      return "state-directory";
    case Denial::kProviderRoot:
      return "provider-root";
    case Denial::kDirectory:
      return "directory";
    case Denial::kSpecialFile:
      return "special-file";
    case Denial::kHardLinks:
      return "hard-links";
  }
  return "unknown";
}

bool lies_below(std::string_view folder, std::string_view path) {
  if (folder == "/") return path.size() > 1 && path.starts_with('/');
  return path.size() > folder.size() + 1 && path.starts_with(folder) && path[folder.size()] == '/';
}

Denial judge_file(const FileInfo& info, bool allow_hard_links) {
  if (info.type == FileType::kDirectory) return Denial::kDirectory;
  if (info.type != FileType::kRegular) return Denial::kSpecialFile;
  if (info.link_count > 1 && !allow_hard_links) return Denial::kHardLinks;
  return Denial::kNone;
}

Decision decide(const PathFacts& facts) {
  const auto recordings = join_path(facts.state_directory, kRecordings);
  if (is_or_lies_below(facts.state_directory, facts.path) && !lies_below(recordings, facts.path)) {
    return deny(facts, Denial::kStateDirectory,
                fmt::format("{} holds Kato's own files", facts.state_directory));
  }
  for (const auto& root : facts.provider_roots) {
    if (!is_or_lies_below(root, facts.path)) continue;
    return deny(facts, Denial::kProviderRoot, fmt::format("{} holds an agent's logs", root));
  }
  if (facts.info) {
    const auto denial = judge_file(*facts.info, facts.allow_hard_links);
    if (denial != Denial::kNone) return deny(facts, denial, std::string(in_words(denial)));
  }
  for (const auto& root : facts.allowed_roots) {
    if (lies_below(root, facts.path)) return allow(facts, root, "it lies below " + root);
  }
  if (facts.any_folder) {
    return allow(facts, parent_folder(facts.path), "it was named at the command line");
  }
  if (!facts.missing_project.empty() && lies_below(facts.missing_project, facts.path)) {
    return deny(facts, Denial::kOutsideRoots,
                fmt::format("the session's project folder {} is not there, and is not made again; "
                            "write to another place",
                            facts.missing_project));
  }
  return deny(facts, Denial::kOutsideRoots,
              facts.allowed_roots.empty()
                  ? "no folder is allowed"
                  : fmt::format("it lies below none of the allowed folders: {}",
                                fmt::join(facts.allowed_roots, ", ")));
}

PathPolicy::PathPolicy(FileSystem& files, PathRules rules)
    : files_(files), rules_(std::move(rules)) {}

Decision PathPolicy::check(const std::string& path, const std::string& project_directory) const {
  PathFacts facts;
  facts.path = path;
  if (auto found = find_allowed_roots(project_directory, facts); !found) {
    return unclear(facts, found.error());
  }
  return judge(path, std::move(facts));
}

Decision PathPolicy::check_explicit(const std::string& path) const {
  PathFacts facts;
  facts.any_folder = true;
  return judge(path, std::move(facts));
}

Decision PathPolicy::judge(const std::string& path, PathFacts facts) const {
  facts.path = path;
  facts.allow_hard_links = rules_.allow_hard_links;
  const auto found = canonical_path(files_, path);
  if (!found) return unclear(facts, found.error());
  facts.path = found->path;
  facts.info = found->info;
  const auto state = canonical_path(files_, rules_.state_directory);
  if (!state) return unclear(facts, state.error());
  facts.state_directory = state->path;
  for (const auto& root : rules_.provider_roots) {
    facts.provider_roots.push_back(normal_path(root));
    if (auto added = add_canonical(facts.provider_roots, root); !added) {
      return unclear(facts, added.error());
    }
  }
  return decide(facts);
}

// A project's folder is its owner's to make: one that is gone allows nothing, lest it come back as
// an empty one.
Status PathPolicy::find_allowed_roots(const std::string& project_directory,
                                      PathFacts& facts) const {
  const auto missing = is_missing(project_directory);
  if (!missing) return forward(missing);
  if (*missing) {
    const auto project = canonical_path(files_, project_directory);
    if (project) facts.missing_project = project->path;
  }
  for (const auto& root : rules_.allowed_write_roots) {
    auto path = root;
    if (root.starts_with(kStateToken)) {
      path = filled(root, kStateToken, rules_.state_directory);
    } else if (root.starts_with(kProjectToken)) {
      if (*missing) continue;
      path = filled(root, kProjectToken, project_directory);
    }
    if (auto added = add_canonical(facts.allowed_roots, path); !added) return added;
  }
  return {};
}

Result<bool> PathPolicy::is_missing(const std::string& folder) const {
  if (folder.empty()) return false;
  const auto info = files_.info(folder);
  if (!info && is_passing(info.error())) return forward(info);
  return !info && info.error().code() == ErrorCode::kNotFound;
}

// A folder whose place cannot be told allows nothing; where the disk failed, nothing is decided.
Status PathPolicy::add_canonical(std::vector<std::string>& roots, const std::string& path) const {
  if (path.empty()) return {};
  auto root = canonical_path(files_, path);
  if (root) roots.push_back(std::move(root->path));
  if (!root && is_passing(root.error())) return forward(root);
  return {};
}

}  // namespace kato
