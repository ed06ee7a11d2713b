// From what a person types to a session.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.h"
#include "host/daemon/assembly.h"
#include "host/daemon/kept_session.h"
#include "host/ingest/catalog.h"
#include "host/ingest/session_summary.h"

namespace kato {

// The one session that `text` means: the path of a log (it need not lie in a root), a prefix of a
// session id or of a provider's session id, or a part of its title (then all logs are read).
// kNotFound: none, and what to do; kInvalid: several, which are listed.
[[nodiscard]] Result<Session> find_session(FileSystem& files, const Assembly& assembly,
                                           const std::string& text,
                                           const std::string& working_folder);

// The same among the sessions that have logs or a copy in the state, as one of which it then comes.
// The path of a log that is gone will do too. A file that lies elsewhere than the session's own
// logs is taken for itself. warn: of what could not be read.
[[nodiscard]] Result<KeptSession> find_kept_session(
    FileSystem& files, const Assembly& assembly, const std::string& text,
    const std::string& working_folder, const std::function<void(const std::string&)>& warn);

enum class WantedCopies : uint8_t {
  kAll,
  kWithoutLogs,  // only where nothing else is left
};

// All of them, those with logs first.
[[nodiscard]] std::vector<KeptSession> all_kept_sessions(
    FileSystem& files, const Assembly& assembly, WantedCopies wanted,
    const std::function<void(const std::string&)>& warn);

// The session of a log that somebody named, in a root or not.
[[nodiscard]] Result<Session> session_of_log(FileSystem& files, const Assembly& assembly,
                                             const std::string& path);

// Decodes all of a session for what is worth knowing of it.
[[nodiscard]] Result<SessionSummary> survey(FileSystem& files, const Session& session);
// The same of what its copy has, and its logs beyond that.
[[nodiscard]] Result<SessionSummary> survey(FileSystem& files, const Assembly& assembly,
                                            const KeptSession& session,
                                            const std::function<void(const std::string&)>& warn);

}  // namespace kato
