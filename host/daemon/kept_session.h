// A session for those who only read: from its logs, and from the copy that the state has of it.
// Nothing of the state is changed, so a daemon may run beside.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "host/daemon/assembly.h"
#include "host/ingest/catalog.h"
#include "host/ingest/sequencer.h"
#include "host/ingest/session_summary.h"
#include "host/session/session_meta.h"

namespace kato {

// One of the two is there.
struct KeptSession {
  SessionRef ref;
  std::optional<Session> logs;      // nothing: they are gone
  std::optional<SessionMeta> copy;  // nothing: there is no twin
};

// The twins in the state, as they were when this was made.
class KeptCopies {
 public:
  // Both must outlive it. A state that is not there has none.
  KeptCopies(FileSystem& files, std::string state_directory);

  // The meta of a session that has a twin; nothing: it has none. Errors as MetaStore::load.
  [[nodiscard]] Result<std::optional<SessionMeta>> of(const SessionRef& session) const;
  // Those of no session in the catalog. What cannot be read is a problem.
  [[nodiscard]] std::vector<KeptSession> without_logs(const Catalog& catalog,
                                                      std::vector<Error>& problems) const;

 private:
  [[nodiscard]] Result<std::optional<SessionMeta>> load(const std::string& key) const;

  FileSystem& files_;
  std::string state_directory_;
  std::vector<std::string> keys_;  // of the sessions with a twin; sorted
};

struct KeptReading {
  std::function<bool()> keep_going = [] { return true; };  // false: ends with kCancelled
  std::function<void(const std::string&)> warn = [](const std::string&) {};
};

// Every event of it once: those of the copy in its order, then what only the logs have. A copy that
// is damaged is taken as far as it is whole, then the logs, then what is left of it.
[[nodiscard]] Status read_session(FileSystem& files, const std::string& state_directory,
                                  const KeptSession& session, SessionSummary& summary,
                                  EventListener& events, const KeptReading& how);

// What the config says of the root that its logs lie in, or lay in.
[[nodiscard]] RootPolicy policy_of(const KeptSession& session, const Assembly& assembly);
// As its logs have it, else as the state does.
[[nodiscard]] SessionIdentity identity_of(const KeptSession& session);
// When something of its logs was last written, as far as that is known.
[[nodiscard]] int64_t newest_mtime_ns(const KeptSession& session);

}  // namespace kato
