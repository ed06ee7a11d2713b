// Everything that a command or the daemon works with, made from the config: plugins, roots, sinks.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/environment.h"
#include "host/base/error.h"
#include "host/config/config_loader.h"
#include "host/ingest/root.h"
#include "host/io/file_system.h"
#include "host/plugin/registry.h"
#include "host/policy/sink_choice.h"
#include "host/recording/time_zone.h"

namespace kato {

struct AssemblyInput {
  FileSystem& files;
  const Environment& environment;
  std::string program_path;    // of the running executable: plugins lie beside it
  std::string state_dir;       // empty: KATO_HOME, else ~/.kato
  std::string config_path;     // empty: kato.yaml in the state directory
  bool defaults_hold = false;  // whatever the config says: it is not read
};

// A sink of the config, ready to be opened.
struct ConfiguredSink {
  std::string name;
  const Sink* sink = nullptr;
  std::string options_json;
  TimeZone zone;
};

// The paths that hold whatever the config says. kInvalid: there is no home folder.
struct StatePaths {
  std::string state_dir;
  std::string config_file;
};
[[nodiscard]] Result<StatePaths> find_state_paths(const AssemblyInput& input);

// Where plugins are looked for: the config's folders, KATO_PLUGIN_PATH, the installation's.
[[nodiscard]] PluginSearchPath plugin_search_path(const Config& config, const AssemblyInput& input);

// Does not change after it was made. One thread at a time (it loads plugins lazily).
class Assembly {
 public:
  // kInvalid: the config is not valid; the message has a line for each problem.
  [[nodiscard]] static Result<std::unique_ptr<Assembly>> make(const AssemblyInput& input);

  [[nodiscard]] const StatePaths& paths() const { return paths_; }
  [[nodiscard]] const Config& config() const { return loaded_.config; }
  [[nodiscard]] bool config_from_defaults() const { return loaded_.from_defaults; }
  [[nodiscard]] PluginRegistry& plugins() { return *plugins_; }
  [[nodiscard]] const std::vector<Root>& roots() const { return roots_; }
  // Providers, configured or not, as roots without a folder: for files that somebody names.
  [[nodiscard]] const std::vector<Root>& rootless() const { return rootless_; }
  // What does not work but stops nothing: a plugin that was refused, a root that has no meaning.
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

  // Refused, with the remedy: the config does not name that provider, or there is no such plugin.
  [[nodiscard]] Status check_provider(std::string_view plugin) const;
  // What files the sinks write, in the order of the config.
  [[nodiscard]] std::vector<SinkExtension> sink_extensions() const;
  // A sink plugin that is in use, by the plugin's id: for recordings, whose options are pinned.
  [[nodiscard]] Result<const Sink*> sink_by_plugin(std::string_view plugin) const;
  // A sink of the config by its name. kNotFound with the names that there are.
  [[nodiscard]] Result<const ConfiguredSink*> sink(std::string_view name) const;
  // For a path by its extension, else the root's default sink, else the config's.
  [[nodiscard]] Result<const ConfiguredSink*> sink_for(std::string_view path,
                                                       const RootPolicy& policy) const;

 private:
  Assembly() = default;
  void add_roots(const ProviderConfig& provider, const AssemblyInput& input);
  void add_sinks(const Environment& environment);

  StatePaths paths_;
  LoadedConfig loaded_;
  std::unique_ptr<PluginRegistry> plugins_;
  std::vector<Root> roots_;
  std::vector<Root> rootless_;
  std::vector<ConfiguredSink> sinks_;
  std::vector<std::string> warnings_;
};

}  // namespace kato
