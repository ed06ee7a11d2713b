// Checks of what a plugin says of itself: in its note, before it is loaded, and in its descriptor
// afterwards. Pure functions.
#pragma once

#include <string_view>

#include "host/base/error.h"
#include "host/plugin/plugin_identity.h"

struct kato_plugin_descriptor;  // NOLINT(readability-identifier-naming): a name of the C headers

namespace kato::plugin {

// [a-z][a-z0-9-]{0,31}
[[nodiscard]] bool is_plugin_id(std::string_view id) noexcept;

// kPlugin: why this host cannot use a plugin of that identity, and what to do.
[[nodiscard]] Status check_identity(const PluginIdentity& identity);

// Against the note and for completeness: afterwards every slot that its kind must have can be
// called. kPlugin: what is wrong.
[[nodiscard]] Result<PluginAbout> check_descriptor(const kato_plugin_descriptor& descriptor,
                                                   const PluginIdentity& note);

}  // namespace kato::plugin
