// What the path policy goes by, as configured.
#pragma once

#include "host/daemon/assembly.h"
#include "host/policy/path_policy.h"

namespace kato {

[[nodiscard]] PathRules path_rules(const Assembly& assembly);

}  // namespace kato
