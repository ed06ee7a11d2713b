// What a process knows of itself.
#pragma once

#include <cstdint>
#include <string>

#include "host/io/file_system.h"

namespace kato {

// Memory that this process has in use; 0 where the system does not say.
[[nodiscard]] uint64_t resident_bytes(FileSystem& files);

// What is free in this process goes back to the system, where that can be.
void give_back_memory();

[[nodiscard]] std::string program_version();

}  // namespace kato
