// A provider plugin that was loaded and whose table was checked.
#pragma once

#include <kato/provider.h>
#include <memory>

#include "host/plugin/plugin_call.h"
#include "host/plugin/provider_handle.h"

namespace kato::plugin {

// `api`: static, checked by check_descriptor.
[[nodiscard]] std::unique_ptr<Provider> make_provider(LoadedPlugin plugin,
                                                      const kato_provider_api& api);

}  // namespace kato::plugin
