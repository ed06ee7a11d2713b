// Which files a session is read from, and which entries of its meta are theirs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/ingest/catalog.h"
#include "host/session/session_meta.h"
#include "host/source/source_reader.h"

namespace kato {

// One session's. One thread at a time; what it is made of must outlive it.
class SessionSources {
 public:
  SessionSources(FileSystem& files, SessionMeta& meta, SourceBuffer& buffer)
      : files_(files), meta_(meta), buffer_(buffer) {}

  // found: all sources that are known of the session, those that are gone too. Of files that hold
  // the same the best is read; a file that has taken over what another one held (it was moved,
  // packed, unpacked, is a better duplicate) takes over its entry, and with it the cursor. What
  // cannot be taken over is aligned when it is read. kNotFound: there is no source at all.
  [[nodiscard]] Status settle(const Session& found);
  // A file that was settled before has other bytes, and nothing else is new. False: there are other
  // files, so that all must be settled.
  [[nodiscard]] bool note_grown(const SourceFile& file);

  // By their index in the meta. What nobody named for long may have a path and nothing else.
  [[nodiscard]] const std::vector<SessionSource>& all() const { return all_; }
  // The index of a source that is to be read; nothing: another one holds the same, and more.
  [[nodiscard]] std::optional<size_t> index_of(const std::string& path) const;
  // Of any of the sources.
  [[nodiscard]] const Root& root() const { return *root_; }

 private:
  [[nodiscard]] bool is_simple(const Session& found) const;
  [[nodiscard]] std::vector<SessionSource> those_on_disk(const Session& found) const;
  [[nodiscard]] std::optional<size_t> entry_of(const std::string& path) const;
  void note_missing(const Session& found, const Session& present);
  void place(SessionSource source);
  [[nodiscard]] std::optional<size_t> entry_to_take_over(const SessionSource& source) const;
  void set_aside(SessionSource source);
  size_t put(size_t index, SessionSource source);
  void note_project(size_t index, const std::string& project_directory);
  [[nodiscard]] bool another_was_read(size_t index, bool lately) const;

  FileSystem& files_;
  SessionMeta& meta_;
  SourceBuffer& buffer_;
  std::vector<SessionSource> all_;
  std::vector<SourceStanding> before_;  // of the entries, before they were settled
  const Root* root_ = nullptr;
};

}  // namespace kato
