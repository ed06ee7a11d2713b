// What a source file was when it was last read, and what became of it since.
#pragma once

#include <cstdint>
#include <string_view>

#include "host/io/file_system.h"

namespace kato {

inline constexpr uint32_t kHeadBytes = 4096;

// XXH3-64 of the first bytes of a source (plain ones), and how many they were. The head of a source
// that has grown is compared over the same number of bytes.
struct HeadFingerprint {
  uint32_t length_bytes = 0;
  uint64_t hash = 0;
  bool operator==(const HeadFingerprint&) const = default;
};

[[nodiscard]] HeadFingerprint fingerprint_of(std::string_view head) noexcept;

// A source as it was seen.
struct SourceStamp {
  FileId id;
  uint64_t size_bytes = 0;  // on the disk
  int64_t mtime_ns = 0;
  HeadFingerprint head;
  bool operator==(const SourceStamp&) const = default;
};

// Whether it is certain, without opening the file, that nothing changed.
[[nodiscard]] bool is_untouched(const SourceStamp& known, const FileInfo& now) noexcept;

}  // namespace kato
