// What is often done with files, made of FileSystem's calls.
#pragma once

#include <cstdint>
#include <set>
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

// Removes what a replace_whole of this path left that was killed. For files that are replaced
// rarely.
[[nodiscard]] Status remove_half_written(FileSystem& files, const std::string& path);

// Returns when the folder, and the names of all that lead to it, are on the disk: a folder that was
// made is lost if the one above it is not synced. What may not be read was not made by Kato, and a
// folder on another disk is not that disk's; both end it. Adds what was synced to `done`, and does
// not do it again.
[[nodiscard]] Status sync_way(FileSystem& files, const std::string& folder,
                              std::set<std::string>& done);

// A number for this file in this state: another one if its device, inode, size or mtime is another.
// Never 0.
[[nodiscard]] uint64_t stamp_of(const FileId& id, uint64_t size_bytes, int64_t mtime_ns) noexcept;
[[nodiscard]] uint64_t stamp_of(const FileInfo& info) noexcept;

[[nodiscard]] std::string parent_folder(std::string_view path);  // "/a/b" -> "/a"; "/a" -> "/"
[[nodiscard]] std::string_view base_name(std::string_view path);
[[nodiscard]] std::string join_path(std::string_view folder, std::string_view name);
// Lexical: "/a" holds "/a/b", but not "/ab" and not itself.
[[nodiscard]] bool is_below(std::string_view path, std::string_view folder);
[[nodiscard]] bool is_at_or_below(std::string_view path, std::string_view folder);
// Lexical: "." and "..", doubled slashes gone; links are not looked at.
[[nodiscard]] std::string normal_path(std::string_view path);

}  // namespace kato
