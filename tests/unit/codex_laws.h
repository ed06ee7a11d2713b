// The laws of decoding, as checks on one Codex log.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace kato::test {

[[nodiscard]] std::vector<std::filesystem::path> logs_below(const std::filesystem::path& folder);
[[nodiscard]] std::string content_of(const std::filesystem::path& path);

struct Totals {
  uint64_t records = 0;
  uint64_t raw = 0;
  uint64_t malformed = 0;
};

// A log at once, again, and cut in pieces: the same story, and every byte in it.
Totals check_laws(const std::filesystem::path& path);

}  // namespace kato::test
