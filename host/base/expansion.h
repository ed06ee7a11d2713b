// "~" and "${VARIABLE:-default}" in paths of the config and of plugins' default roots.
#pragma once

#include <string>
#include <string_view>

#include "host/base/environment.h"
#include "host/base/error.h"

namespace kato {

// Replaces
//   "~" at the beginning, alone or before a slash      the home folder
//   "${NAME}"                                          the variable, which must be set
//   "${NAME:-default}"                                 the variable, or the default if it is unset
//                                                      or empty; the default is expanded likewise
//   "$$"                                               a dollar sign
// Anything else after "$", and "~name", is kInvalid with what to write instead: a path that means
// something else to every shell must not be taken literally. What a variable holds is not expanded
// again. Time is linear in text and result.
[[nodiscard]] Result<std::string> expand_path(std::string_view text,
                                              const Environment& environment);

}  // namespace kato
