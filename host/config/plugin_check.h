// What of a config only the plugins can judge, and which of them it puts to use.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.h"
#include "host/config/config.h"
#include "host/config/config_loader.h"
#include "host/config/problem.h"

namespace kato {

// Which plugins there are. Told by who finds them; the config knows no plugin.
class PluginLookup {
 public:
  PluginLookup() = default;
  PluginLookup(const PluginLookup&) = delete;
  PluginLookup& operator=(const PluginLookup&) = delete;
  PluginLookup(PluginLookup&&) = delete;
  PluginLookup& operator=(PluginLookup&&) = delete;
  virtual ~PluginLookup() = default;

  // Ids, loaded or not, each once.
  [[nodiscard]] virtual std::vector<std::string> providers() const = 0;
  [[nodiscard]] virtual std::vector<std::string> sinks() const = 0;
  // JSON Schema of the options of a plugin that is there; empty if it takes none. An error if the
  // plugin cannot be loaded.
  [[nodiscard]] virtual Result<std::string> provider_options_schema(
      const std::string& id) const = 0;
  [[nodiscard]] virtual Result<std::string> sink_options_schema(const std::string& id) const = 0;
};

// Plugins that are not there, options against the plugins' schemas, sinks that are not there,
// sinks named like another plugin. Empty if all is well.
[[nodiscard]] Problems check_against_plugins(const LoadedConfig& loaded,
                                             const PluginLookup& plugins);

// The configured ones; where there is no list, each that is found, with defaults.
[[nodiscard]] std::vector<ProviderConfig> effective_providers(const Config& config,
                                                              const PluginLookup& plugins);
// The configured ones in their order, then each plugin under its own id, unless a sink is so named.
[[nodiscard]] std::vector<SinkConfig> effective_sinks(const Config& config,
                                                      const PluginLookup& plugins);

}  // namespace kato
