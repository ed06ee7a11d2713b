// What a process knows of itself.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "host/io/counting_file_system.h"
#include "host/io/file_system.h"

namespace kato {

// Memory that this process has in use; 0 where the system does not say.
[[nodiscard]] uint64_t resident_bytes(FileSystem& files);

// As many open files as the system lets this process have, from now on: so many they are.
[[nodiscard]] uint64_t allow_most_handles();

// What is free in this process goes back to the system, where that can be.
void give_back_memory();

[[nodiscard]] std::string program_version();

// Under the names that `status` gives them.
[[nodiscard]] std::vector<std::pair<std::string, uint64_t>> named(const IoCounters& counters);

}  // namespace kato
