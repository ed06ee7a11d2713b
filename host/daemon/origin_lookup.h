// Finds the session that a history was copied from.
#pragma once

#include <string>
#include <vector>

#include "host/ingest/copied_history.h"
#include "host/session/meta_store.h"
#include "host/session/session_index.h"
#include "host/session/state_folder.h"

namespace kato {

// By what is committed of the sessions. own_logs: paths of the session whose history it is; one
// whose logs were not there before these is no origin of it. The others must outlive the look-up.
// [one thread at a time]
[[nodiscard]] OriginLookup make_origin_lookup(FileSystem& files, const StateFolder& state,
                                              MetaStore& metas, const SessionIndex& index,
                                              std::vector<std::string> own_logs);

}  // namespace kato
