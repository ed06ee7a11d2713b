// Every source file that is known, and what is new about it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/clock.h"
#include "host/ingest/catalog.h"
#include "host/session/session_meta.h"
#include "host/source/source_state.h"

namespace kato {

// A source that has to be looked at.
struct ChangedSource {
  SourceFile file;
  bool was_known = false;  // its session is `session_id`
  std::string session_id;
};

// What is remembered of a source between two looks.
struct KnownSource {
  FileInfo info;
  std::string session_id;                 // empty: nobody's, as far as is known
  uint64_t live_from_bytes = UINT64_MAX;  // see Arrival
  UnixMillis seen;                        // when it was first seen
};

class SourceTable {
 public:
  // roots must outlive the table.
  SourceTable(FileSystem& files, const std::vector<Root>& roots) : files_(files), roots_(roots) {}

  // A source as the state remembers it: it is unchanged unless its file differs.
  void restore(const SourceMeta& source, const std::string& session_id);

  // Looks at all roots. The first call sees what was there before; later ones what came while
  // somebody watched. Newest first.
  [[nodiscard]] std::vector<ChangedSource> scan(UnixMillis now,
                                                std::vector<SourceProblem>& problems);

  [[nodiscard]] KnownSource& known(const std::string& path) { return sources_[path]; }
  [[nodiscard]] bool first_scan_done() const { return scanned_; }

 private:
  FileSystem& files_;
  const std::vector<Root>& roots_;
  std::map<std::string, KnownSource> sources_;
  bool scanned_ = false;
};

}  // namespace kato
