// A plugin's shared library in this process. The only place that loads one.
#pragma once

#include <memory>
#include <string>

#include "host/base/error.h"

struct kato_plugin_descriptor;  // NOLINT(readability-identifier-naming): a name of the C headers

namespace kato::plugin {

// Runs the library's initialisers and asks its entry point for the descriptor. The library stays
// loaded until the process ends, whatever comes of it; so does the descriptor. `path` is absolute.
// kPlugin: the loader's words, no entry symbol, or no descriptor.
[[nodiscard]] Result<const kato_plugin_descriptor*> load_plugin_library(const std::string& path);

}  // namespace kato::plugin
