// Whose file is this? Asks a provider, with as much of the file as it needs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/base/error.h"
#include "host/ingest/root.h"
#include "host/io/file_system.h"

namespace kato {

// One file of a root.
struct SourceFile {
  const Root* root = nullptr;
  std::string path;      // absolute
  std::string relative;  // to the root; the base name for a file outside of one
  size_t pattern = 0;    // of the root
  FileInfo info;

  [[nodiscard]] const SourcePattern& rule() const { return root->patterns[pattern]; }
};

// Reads what the pattern names beside the source. A companion that is missing, not readable or too
// large has no content. An error may pass.
[[nodiscard]] Result<std::vector<CompanionFile>> read_companions(FileSystem& files,
                                                                 const SourceFile& source);

// What the companions are now, without reading them. Another value: they may say other things.
[[nodiscard]] uint64_t stamp_of_companions(FileSystem& files, const SourceFile& source);

// What a provider is asked about first. Of a file that is longer it may say other things, its rank
// above all, than of the whole of a shorter one.
inline constexpr size_t kFirstHeadBytes = size_t{16} << 10;

struct Identification {
  std::optional<SourceIdentity> identity;  // nothing: not a session, or not yet to be told
  std::vector<CompanionFile> companions;
  uint64_t companions_stamp = 0;  // from before they were read
};

[[nodiscard]] Result<Identification> identify(FileSystem& files, const SourceFile& source);

}  // namespace kato
