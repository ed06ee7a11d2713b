// Sockets in the file system, for processes of one machine.
#pragma once

#include <optional>
#include <string>

#include "host/base/error.h"
#include "host/base/unique_fd.h"
#include "host/io/file_system.h"

namespace kato {

// Listens at the path, with mode 0600, without ever blocking. What lies there is replaced. The path
// may be longer than names of sockets are.
[[nodiscard]] Result<UniqueFd> listen_at_socket(const std::string& path);
// Which socket lies there; nothing: none.
[[nodiscard]] std::optional<FileId> socket_at(const std::string& path);
void remove_socket(const std::string& path);

// kNotFound: nobody listens there. Calls on the result block.
[[nodiscard]] Result<UniqueFd> connect_to_socket(const std::string& path);

// Does nothing but hold a handle, which is free for another use when it is closed.
[[nodiscard]] UniqueFd spare_handle();

// Whether the other end is a process of this user.
[[nodiscard]] bool is_peer_same_user(const UniqueFd& connection);

}  // namespace kato
