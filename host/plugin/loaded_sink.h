// A render sink plugin that was loaded and whose table was checked.
#pragma once

#include <kato/sink.h>
#include <memory>

#include "host/plugin/plugin_call.h"
#include "host/plugin/sink_handle.h"

namespace kato::plugin {

// `api`: static, checked by check_descriptor, of shape KATO_SINK_RENDER.
[[nodiscard]] std::unique_ptr<Sink> make_sink(LoadedPlugin plugin, const kato_sink_api& api);

}  // namespace kato::plugin
