// The project directory of a session. The log does not name it; small files beside it do.
#pragma once

#include <kato/provider.hpp>
#include <string>
#include <string_view>

#include "plugins/jsonlog/json.h"

namespace kato::gemini {

// Names of the companions, as in sources.cpp.
inline constexpr std::string_view kProjectRootFile = "project-root";
inline constexpr std::string_view kProjectRegistry = "projects";
inline constexpr std::string_view kTrustedFolders = "trusted-folders";

using Companions = sdk::Strided<kato_companion>;

// Where a file lies below the root: "tmp/<folder>/chats/[<parent>/]<name>". Parts that the path
// does not have are empty.
struct LogPath {
  std::string_view folder;  // a slug, or in old times the hash of the project's path
  std::string_view parent;  // of a sub-agent: the folder named after the parent session
  std::string_view name;
};
[[nodiscard]] LogPath read_log_path(std::string_view path);

// 64 hex digits: a folder of old times.
[[nodiscard]] bool is_hash(std::string_view folder);

// Empty if unknown. In this order: the marker file beside the log; the registry's entry with this
// folder; any path in the registries, or in `directories` (a JSON list, may be empty), whose
// SHA-256 is the folder's name or the log's projectHash.
[[nodiscard]] std::string find_project_directory(const LogPath& path, std::string_view project_hash,
                                                 std::string_view directories,
                                                 const Companions& companions, jsonlog::Json& json);

// A directory that is named in a line of `text` ("- /home/me/project", "...: /home/me/project") and
// has this hash. Empty if there is none.
[[nodiscard]] std::string_view find_directory_in_text(std::string_view text,
                                                      std::string_view project_hash);

}  // namespace kato::gemini
