// All plugins that were found: which are usable, and why the others are not.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.h"
#include "host/io/file_system.h"
#include "host/plugin/plugin_services.h"
#include "host/plugin/provider_handle.h"
#include "host/plugin/sink_handle.h"

namespace kato {

enum class PluginStatus : uint8_t {
  kAvailable,  // identity read, not loaded yet
  kLoaded,
  kRefused,
};

struct PluginEntry {
  PluginIdentity identity;  // as far as it could be read; path is always there
  PluginStatus status = PluginStatus::kAvailable;
  std::string reason;  // of a refusal: what is wrong, and what to do
};

// Where plugins (files NAME.so) are looked for. The order gives no preference: two plugins of one
// kind and id are both refused. Relative folders are refused; missing ones hold nothing.
struct PluginSearchPath {
  std::vector<std::string> folders;
};

// Reads identities when made, without running any code of a plugin; loads a plugin when it is first
// asked for and never unloads it. One thread at a time.
class PluginRegistry {
 public:
  // `files` must outlive the registry; the registry outlives all handles that it gave.
  [[nodiscard]] static std::unique_ptr<PluginRegistry> scan(FileSystem& files,
                                                            const PluginSearchPath& path,
                                                            PluginServices services = {});
  PluginRegistry() = default;
  PluginRegistry(const PluginRegistry&) = delete;
  PluginRegistry& operator=(const PluginRegistry&) = delete;
  PluginRegistry(PluginRegistry&&) = delete;
  PluginRegistry& operator=(PluginRegistry&&) = delete;
  virtual ~PluginRegistry() = default;

  // Everything that was found, sorted by kind, id and path.
  [[nodiscard]] virtual std::vector<PluginEntry> entries() const = 0;
  // Ids of providers that are not refused, sorted.
  [[nodiscard]] virtual std::vector<std::string> provider_ids() const = 0;
  [[nodiscard]] virtual std::vector<std::string> sink_ids() const = 0;

  // Loads it if need be. The pointer lives as long as the registry. kNotFound: no such plugin
  // (with the nearest id); kPlugin: refused, with the reason; kUnsupported: a delivery sink.
  [[nodiscard]] virtual Result<const Provider*> provider(std::string_view id) = 0;
  [[nodiscard]] virtual Result<const Sink*> sink(std::string_view id) = 0;
};

}  // namespace kato
