// What the host lends to all plugins.
#pragma once

#include <functional>
#include <string_view>

#include "host/event/event.h"

namespace kato {

// Either may be empty. Called on whatever thread calls the plugin, also concurrently.
struct PluginServices {
  // A line for the operational log: printable, bounded.
  std::function<void(Level level, std::string_view plugin_id, std::string_view message)> log;
  // True if running calls should stop early.
  std::function<bool()> cancelled;
};

}  // namespace kato
