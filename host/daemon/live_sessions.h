// The sessions that are at work, or were lately, with the sources they are read from.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "host/daemon/assembly.h"
#include "host/daemon/session_runtime.h"
#include "host/daemon/source_table.h"

namespace kato {

struct LiveSession {
  Session session;
  std::unique_ptr<SessionRuntime> runtime;  // opened when there is work
  std::set<std::string> dirty;              // paths of sources that are not decoded to their end
  bool serving_failed = false;              // a recording is to be served again
  bool has_more = false;                    // its recordings were served in part
  bool awaits_others = false;               // there may be files of it that are not identified yet
  uint64_t last_step = 0;

  [[nodiscard]] bool has_work() const {
    return !dirty.empty() || serving_failed || has_more || awaits_others;
  }
};

// [one thread at a time] A session that is known to the state is taken up with all its sources, so
// that which of them counts does not depend on which of them changed.
class LiveSessions {
 public:
  // All must outlive this.
  LiveSessions(FileSystem& files, const Assembly& assembly, const SessionIndex& index,
               SourceTable& table)
      : files_(files), assembly_(assembly), index_(index), table_(table) {}

  // Whose file that is, with it among the session's sources, as one that is to be read; nullptr:
  // nobody's, as far as can be told.
  [[nodiscard]] Result<LiveSession*> take(SourceFile change);
  // A session that the state knows. Its sources need not be there any more. kNotFound: it does not.
  [[nodiscard]] Result<LiveSession*> take_up(const std::string& session_id);
  // A source is gone: what its session reads besides counts without it.
  void note_vanished(const std::string& path);
  // Whether the file is a source of a session that is at work.
  [[nodiscard]] bool has(const std::string& path) const { return session_of_path_.contains(path); }
  // nullptr: it is not at work.
  [[nodiscard]] LiveSession* find(const std::string& session_id);
  // The file that the contents of that source came to: itself, or where it is packed, the one that
  // it took the place of. nullptr: they came unseen.
  [[nodiscard]] const KnownSource* arrival_of(const std::string& path);
  // Before its runtime is opened: until then nothing of the companions is kept, since thousands of
  // sessions may share a large one.
  [[nodiscard]] Status read_companions_of(LiveSession& live);
  // session_id: not one of the session's own strings.
  void drop(const std::string& session_id);

  [[nodiscard]] const std::map<std::string, std::unique_ptr<LiveSession>>& all() const {
    return sessions_;
  }

 private:
  // One of the session's sources; nullptr: it has none there.
  [[nodiscard]] SessionSource* source_of(const std::string& path);
  [[nodiscard]] bool has_rival(const SessionSource& source) const;
  void rank_again(SessionSource& source);
  [[nodiscard]] Status mind_companions(LiveSession& live);
  LiveSession& entry_of(const SessionRef& ref);
  [[nodiscard]] std::optional<SessionSource> as_known(const IndexedSource& source,
                                                      const SessionIdentity& identity) const;
  void forget_moved(const SourceFile& found, LiveSession& live,
                    std::vector<SessionSource>& sources);
  void arrange_anew(LiveSession& live, std::vector<SessionSource> sources);

  FileSystem& files_;
  const Assembly& assembly_;
  const SessionIndex& index_;
  SourceTable& table_;
  std::map<std::string, std::unique_ptr<LiveSession>> sessions_;  // by session id
  std::map<std::string, std::string> session_of_path_;            // of those in sessions_
};

}  // namespace kato
