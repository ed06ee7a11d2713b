// What a meta may say of destinations that could not be synced.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "host/session/session_meta.h"

namespace kato {

// Of these files, and of those in these folders, `meta` says no more than `before`, the last
// commit, did. What was written since counts as bytes that may be lost: it is compared with the
// file after the next start, as it is after a power loss. False: it cannot be put so, because the
// destination was replaced since.
// was_written: whether an export that is no longer pending was, and not given up with a session
// that became private.
[[nodiscard]] bool take_back_unsynced(
    const std::set<std::string>& unsynced, const SessionMeta& before, SessionMeta& meta,
    const std::function<bool(const std::string& export_id)>& was_written);

}  // namespace kato
