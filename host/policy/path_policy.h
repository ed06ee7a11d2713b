// May this path be written?
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/io/file_system.h"

namespace kato {

enum class Denial : uint8_t {
  kNone,
  kUnclear,         // where the path leads cannot be told: dangling link, no permission, not a path
  kOutsideRoots,    // under none of the allowed folders
  kStateDirectory,  // Kato's own files
  kProviderRoot,    // an agent's logs
  kDirectory,
  kSpecialFile,  // device, FIFO, socket
  kHardLinks,    // the file has other names, which may stand anywhere
};

// One word for logs: "outside-roots".
[[nodiscard]] std::string_view to_name(Denial denial);

// As configured, absolute and expanded; "{state}" and "{project}" may begin an allowed folder.
struct PathRules {
  std::string state_directory;
  std::vector<std::string> allowed_write_roots;
  std::vector<std::string> provider_roots;
  bool allow_hard_links = false;
};

struct Decision {
  Denial denial = Denial::kNone;
  std::string path;      // canonical; as it was asked for if that is unclear
  std::string root;      // canonical folder that allows it, for FileSystem::open_beneath
  std::string relative;  // `path` below `root`
  bool exists = false;
  std::string reason;  // in words, for allow and deny
  // The disk failed, which may pass: nothing was decided. Then the denial is kUnclear.
  std::optional<Error> fault;

  [[nodiscard]] bool allowed() const { return denial == Denial::kNone; }
};

// Everything about one path that the decision depends on; all paths canonical.
struct PathFacts {
  std::string path;
  std::optional<FileInfo> info;
  std::string state_directory;
  std::vector<std::string> allowed_roots;
  std::vector<std::string> provider_roots;
  std::string missing_project;  // the session's project folder, if it is not there
  bool allow_hard_links = false;
  bool any_folder = false;  // asked for at the command line: the allowed roots do not bind
};

// `path` lies below `folder`. Whole components: "/notes" does not hold "/notes-old/x", nor itself.
[[nodiscard]] bool lies_below(std::string_view folder, std::string_view path);

// Pure: the rules, without a look at the disk.
[[nodiscard]] Decision decide(const PathFacts& facts);

// What an open destination must be; to be asked again of the opened file, which cannot be swapped.
[[nodiscard]] Denial judge_file(const FileInfo& info, bool allow_hard_links);

// [any thread] Looks at the disk at each question, since links and folders change. The answer holds
// for `path` as it is then: open it with FileSystem::open_beneath(root, relative), which follows no
// link, and ask judge_file of what was opened.
class PathPolicy {
 public:
  // `files` must outlive the policy.
  PathPolicy(FileSystem& files, PathRules rules);

  // For what was asked for inside of a conversation. `project_directory`: empty if unknown.
  [[nodiscard]] Decision check(const std::string& path, const std::string& project_directory) const;
  // For what a person named at the command line.
  [[nodiscard]] Decision check_explicit(const std::string& path) const;

 private:
  [[nodiscard]] Decision judge(const std::string& path, PathFacts facts) const;
  // Those that are there, and what is missing.
  Status find_allowed_roots(const std::string& project_directory, PathFacts& facts) const;
  [[nodiscard]] Result<bool> is_missing(const std::string& folder) const;
  Status add_canonical(std::vector<std::string>& roots, const std::string& path) const;

  FileSystem& files_;
  PathRules rules_;
};

}  // namespace kato
