// How metas are stored that are not left to the commit queue.
#pragma once

#include "host/config/config.h"
#include "host/io/files.h"

namespace kato {

// Where nothing else is synced, a meta that is would bring the names of others to the disk before
// what is in them.
[[nodiscard]] inline Durability durability_of(CommitDurability commits) {
  return commits == CommitDurability::kNone ? Durability::kOrdered : Durability::kSynced;
}

}  // namespace kato
