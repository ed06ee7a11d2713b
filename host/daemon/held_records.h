// The bytes that plugins hold back, kept beside a twin: with them the session goes on as it would
// have, though its log is gone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/ingest/session_ingest.h"
#include "host/session/held_store.h"

namespace kato {

// One session's. One thread at a time.
class HeldRecords {
 public:
  HeldRecords(FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}

  // Brings the file up to date with what the meta says is held back. sources: by their index in it.
  // True: it was written, and must be on the disk before the meta.
  [[nodiscard]] Result<bool> keep(const SessionMeta& meta,
                                  const std::vector<SessionSource>& sources, SourceBuffer& buffer);
  // Nothing, if they were not kept.
  [[nodiscard]] Result<std::optional<std::string>> find(const HeldRecord& held);

 private:
  Status load();
  [[nodiscard]] bool has_exactly(const std::vector<HeldRange>& wanted) const;
  [[nodiscard]] const HeldBytes* known(uint64_t offset_bytes, uint64_t hash) const;

  FileSystem& files_;
  std::string path_;
  std::optional<std::vector<HeldBytes>> kept_;  // as in the file; nothing: not looked at yet
  std::vector<HeldRange> last_;                 // what the meta said at the last call
};

}  // namespace kato
