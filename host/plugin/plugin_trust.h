// May code be loaded from this file? Only if nobody but its owner can change it.
#pragma once

#include <functional>
#include <string>

#include "host/base/error.h"
#include "host/io/file_system.h"

namespace kato::plugin {

// Whether `gid` is the private group of the user `uid`: their own by the user database, with no
// other member.
using IsOwnGroup = std::function<bool(uint32_t uid, uint32_t gid)>;

// By the system's user database. [any thread]
[[nodiscard]] bool is_own_group(uint32_t uid, uint32_t gid);

// kRefused: users other than the owner may write; the message says what to do. `path` is a file or
// a folder and `info` speaks of it.
[[nodiscard]] Status check_only_owner_writes(const std::string& path, const FileInfo& info,
                                             const IsOwnGroup& own_group);

}  // namespace kato::plugin
