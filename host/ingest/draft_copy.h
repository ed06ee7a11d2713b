// A draft that outlives the call that handed it over.
#pragma once

#include "host/event/event.h"

namespace kato {

// All its texts and lists live in the arena.
[[nodiscard]] Draft copy_draft(const Draft& draft, Arena& arena);

}  // namespace kato
