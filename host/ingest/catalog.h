// The sessions that lie in the roots.
#pragma once

#include <string>
#include <vector>

#include "host/event/event.h"
#include "host/ingest/identify.h"

namespace kato {

struct SessionSource {
  SourceFile file;
  SourceIdentity identity;
  std::vector<CompanionFile> companions;
  uint64_t identified_bytes = 0;  // the length of the file when its provider was asked; 0: unknown
  uint64_t companions_stamp = 0;  // what it was asked with; see stamp_of_companions()
};

// A session and the sources that it is read from, in order.
struct Session {
  SessionRef ref;
  std::vector<SessionSource> sources;
  std::vector<SessionSource> set_aside;  // duplicates that rank lower

  // Of the first source.
  [[nodiscard]] const SourceIdentity& identity() const { return sources.front().identity; }
  [[nodiscard]] int64_t newest_mtime_ns() const;
};

struct SourceProblem {
  std::string path;  // absolute
  Error error;
};

struct Catalog {
  std::vector<Session> sessions;  // newest first
  std::vector<SourceProblem> problems;
};

// Looks into every root. What cannot be read is a problem; all else is there.
[[nodiscard]] Catalog make_catalog(FileSystem& files, const std::vector<Root>& roots);

// Which sources a session is read from, and in which order: of those that hold all of it the one
// that ranks best (then the newest), after it the continuations by their beginning.
[[nodiscard]] Session arrange(SessionRef ref, std::vector<SessionSource> sources);

// The session that one file belongs to, under the first root or provider that says it is its own.
// roots: the configured ones; providers outside of them are given by roots without a folder.
// kNotFound: nobody's.
[[nodiscard]] Result<Session> session_of_file(FileSystem& files, const std::string& path,
                                              const std::vector<Root>& roots);

}  // namespace kato
