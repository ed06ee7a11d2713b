// Sessions as the state keeps them: what can be had of those whose logs are gone.
#pragma once

#include <string>
#include <vector>

#include "host/base/error.h"
#include "host/daemon/assembly.h"
#include "host/ingest/catalog.h"
#include "host/recording/recorder.h"
#include "host/session/session_meta.h"

namespace kato {

struct KeptSession {
  Session session;  // with the sources that it was read from
  TwinSource twin;
};

// Those that have a copy, in the order of their keys. What cannot be read is left out. A running
// daemon need not be stopped: what it has committed is there.
[[nodiscard]] Result<std::vector<KeptSession>> kept_sessions(FileSystem& files,
                                                             const Assembly& assembly);

// The one of them that `text` means, as find_session() has it. kNotFound: none; kInvalid: several.
[[nodiscard]] Result<KeptSession> find_kept_session(FileSystem& files, const Assembly& assembly,
                                                    const std::string& text,
                                                    const std::string& working_folder);

}  // namespace kato
