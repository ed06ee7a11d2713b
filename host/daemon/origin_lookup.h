// Finds the session that a history was copied from.
#pragma once

#include "host/ingest/copied_history.h"
#include "host/session/meta_store.h"
#include "host/session/session_index.h"
#include "host/session/state_folder.h"

namespace kato {

// By what is committed of the sessions. All must outlive the look-up. [one thread at a time]
[[nodiscard]] OriginLookup make_origin_lookup(FileSystem& files, const StateFolder& state,
                                              MetaStore& metas, const SessionIndex& index);

}  // namespace kato
