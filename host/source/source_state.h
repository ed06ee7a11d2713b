// What a source file was when it was last read, and what became of it since.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "host/io/file_system.h"
#include "host/source/source_rule.h"

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

enum class SourceChange : uint8_t {
  kUnchanged,
  kGrown,      // append: the same file with more behind what was there
  kTruncated,  // append: the same file with less in it
  kReplaced,   // another file under that name, another beginning, or other packed bytes
  kRewritten,  // document: anything but unchanged
  kMissing,
};

// Whether it is certain, without opening the file, that nothing changed.
[[nodiscard]] bool is_untouched(const SourceStamp& known, const FileInfo& now) noexcept;

// now: nothing if the file is missing. head: over known.head.length_bytes of what is there now.
// An append log that was merely touched, or written over in place at the same size behind its
// head, is unchanged: what was read of it stays read.
[[nodiscard]] SourceChange compare_source(const SourceStamp& known, const SourceRule& rule,
                                          const std::optional<FileInfo>& now,
                                          const HeadFingerprint& head) noexcept;

}  // namespace kato
