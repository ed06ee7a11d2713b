// What is often done with files, made of FileSystem's calls.
#pragma once

#include <string>
#include <string_view>

#include "host/io/file_system.h"

namespace kato {

// The whole file. kInvalid if it is larger than max_bytes.
[[nodiscard]] Result<std::string> read_whole(FileSystem& files, const std::string& path,
                                             uint64_t max_bytes);

enum class Durability : uint8_t {
  kSynced,   // on the disk when the call returns
  kOrdered,  // replaced atomically for other processes; not synced
};

// Writes `content` beside `path` and renames it over it: readers see the old or the new content,
// never a mixture. Mode 0600 for a new file; a file that exists keeps its mode.
[[nodiscard]] Status replace_whole(FileSystem& files, const std::string& path,
                                   std::string_view content, Durability durability);

[[nodiscard]] std::string parent_folder(std::string_view path);  // "/a/b" -> "/a"; "/a" -> "/"
[[nodiscard]] std::string_view base_name(std::string_view path);
[[nodiscard]] std::string join_path(std::string_view folder, std::string_view name);
// Lexical: "." and "..", doubled slashes gone; links are not looked at.
[[nodiscard]] std::string normal_path(std::string_view path);

}  // namespace kato
