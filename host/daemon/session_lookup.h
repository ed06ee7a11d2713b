// From what a person types to a session.
#pragma once

#include <string>
#include <string_view>

#include "host/base/error.h"
#include "host/daemon/assembly.h"
#include "host/ingest/catalog.h"
#include "host/ingest/session_summary.h"

namespace kato {

// The one session that `text` means: the path of a log (it need not lie in a root), a prefix of a
// session id or of a provider's session id, or a part of its title (then all logs are read).
// kNotFound: none, and what to do; kInvalid: several, which are listed.
[[nodiscard]] Result<Session> find_session(FileSystem& files, const Assembly& assembly,
                                           const std::string& text,
                                           const std::string& working_folder);

// Decodes all of a session for what is worth knowing of it.
[[nodiscard]] Result<SessionSummary> survey(FileSystem& files, const Session& session);

}  // namespace kato
