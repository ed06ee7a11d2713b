// The index of the sessions with its file, kept in step with the metas.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "host/io/file_system.h"
#include "host/session/meta_store.h"
#include "host/session/owing_marks.h"
#include "host/session/session_index.h"
#include "host/session/state_folder.h"

namespace kato {

// A meta that cannot be used. Its session is left alone.
struct MetaProblem {
  std::string key;
  Error error;
};

// [one thread at a time] The file is written now and then, and at the end; between, marks say which
// sessions' metas are newer than it. So a start reads one file, and opens only those.
class IndexStore {
 public:
  enum class Trust : uint8_t {
    kMarks,  // the marks tell what the index does not know
    kMetas,  // the power was lost: make the index again from the metas
  };
  // A damaged or missing index is made again from the metas. kUnsupported: the index or the marks
  // are of another schema version. files and metas must outlive the store.
  [[nodiscard]] static Result<IndexStore> open(FileSystem& files, const StateFolder& folder,
                                               MetaStore& metas, Trust trust);

  [[nodiscard]] SessionIndex& index() noexcept { return index_; }
  [[nodiscard]] const SessionIndex& index() const noexcept { return index_; }
  // Keys of the sessions that have work left.
  [[nodiscard]] const std::set<std::string>& owing() const noexcept { return marks_.owing(); }
  [[nodiscard]] const std::vector<MetaProblem>& problems() const noexcept { return problems_; }
  // Whether some of them were met by a disk that failed for a moment.
  [[nodiscard]] bool has_unread() const;
  // Those are read again; which of them the index knows now.
  [[nodiscard]] std::vector<SessionMeta> read_again(MetaStore& metas);
  // Why the index was made again from the metas; empty: it was not.
  [[nodiscard]] const std::string& rebuilt_because() const noexcept { return rebuilt_because_; }

  // Before the session's first step with something to do.
  [[nodiscard]] Status owe(const std::string& key) { return marks_.owe(key); }
  // The meta is on the disk as it stands here; everything is served unless it still owes.
  [[nodiscard]] Status committed(const SessionMeta& meta, bool still_owes);
  // Sessions that owe, and of whose commits committed() was not told, are read from their metas.
  void learn_owing(MetaStore& metas);
  // Sessions whose meta was gone when it was looked for, though it had been committed and nobody
  // removed it. After a power loss it may be so without anybody's doing: then there are none.
  [[nodiscard]] const std::set<std::string>& lost() const noexcept { return marks_.lost(); }
  void forget_lost() { marks_.forget_lost(); }
  // The session's meta is about to be removed.
  [[nodiscard]] Status removing(const std::string& key);
  // It was removed, or there never was one.
  [[nodiscard]] Status removed(const std::string& key, std::string_view session_id);

  // The file does not know all that is known here.
  [[nodiscard]] bool is_newer_than_file() const { return !marks_.newer().empty(); }
  // Enough is new for writing the file again. Over a life the bytes written so stay within a small
  // multiple of the index's final size.
  [[nodiscard]] bool is_save_due() const;
  [[nodiscard]] Status save();

 private:
  IndexStore(FileSystem& files, const StateFolder& folder, OwingMarks marks)
      : files_(&files), folder_(folder), path_(folder.index()), marks_(std::move(marks)) {}
  Status load(MetaStore& metas, Trust trust);
  // known: what the index said before; none if it is not understood.
  Status rebuild(MetaStore& metas, std::string because, const SessionIndex* known = nullptr);
  void find_lost();
  [[nodiscard]] bool is_lost(const std::string& key) const;
  [[nodiscard]] bool may_hold_uncommitted(const SessionMeta& meta) const;
  Status mark_read(const std::string& key, const SessionMeta& meta);
  std::optional<SessionMeta> take_meta(MetaStore& metas, const std::string& key);

  FileSystem* files_;
  StateFolder folder_;
  std::string path_;
  OwingMarks marks_;
  SessionIndex index_;
  std::vector<MetaProblem> problems_;
  std::string rebuilt_because_;
};

}  // namespace kato
