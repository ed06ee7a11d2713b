#include "host/daemon/assembly.h"

#include <algorithm>
#include <span>

#include <fmt/ranges.h>

#include "host/base/expansion.h"
#include "host/config/plugin_check.h"
#include "host/io/files.h"
#include "host/source/discovery.h"

namespace kato {
namespace {

constexpr std::string_view kInstalledPlugins = "../lib/kato/plugins";

class RegistryLookup final : public PluginLookup {
 public:
  explicit RegistryLookup(PluginRegistry& plugins) : plugins_(plugins) {}

  [[nodiscard]] std::vector<std::string> providers() const override {
    return plugins_.provider_ids();
  }
  [[nodiscard]] std::vector<std::string> sinks() const override { return plugins_.sink_ids(); }
  [[nodiscard]] Result<std::string> provider_options_schema(const std::string& id) const override {
    const auto provider = plugins_.provider(id);
    if (!provider) return forward(provider);
    return (*provider)->about().options_schema;
  }
  [[nodiscard]] Result<std::string> sink_options_schema(const std::string& id) const override {
    const auto sink = plugins_.sink(id);
    if (!sink) return forward(sink);
    return (*sink)->about().options_schema;
  }

 private:
  PluginRegistry& plugins_;
};

Error config_error(Problems problems) {
  return {ErrorCode::kInvalid, "the config is not valid:\n" + to_text(std::move(problems))};
}

RootPolicy policy_of(const Config& config, const ProviderConfig& provider, const RootConfig* root) {
  RootPolicy policy;
  policy.auto_generate_snapshots = auto_generates_snapshots(config, &provider, root);
  policy.limits.max_record_bytes = config.max_record_bytes;
  if (root == nullptr) return policy;
  policy.keep_raw = root->keep_raw;
  policy.default_sink = root->default_sink.value_or("");
  policy.default_destination = root->default_destination.value_or("");
  return policy;
}

std::vector<std::string> split_path_list(std::string_view list) {
  std::vector<std::string> folders;
  while (!list.empty()) {
    const auto end = std::min(list.find(':'), list.size());
    if (end > 0) folders.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return folders;
}

// A root in which nothing will ever be found: a file, or a folder within a default root, or around
// one, that has no logs where they are looked for.
std::optional<Error> mistake_in(FileSystem& files, const Root& root,
                                const std::vector<std::string>& defaults) {
  const auto info = files.info(root.path);
  if (!info) return std::nullopt;  // it may come
  if (info->type != FileType::kDirectory) {
    return Error(ErrorCode::kInvalid,
                 fmt::format("root {} is not a folder, so nothing is found there; write the folder "
                             "below which the logs lie",
                             root.path));
  }
  const auto lies_in = [](const std::string& path, const std::string& folder) {
    return path.starts_with(folder + "/");
  };
  const auto meant = std::ranges::find_if(defaults, [&](const std::string& path) {
    return lies_in(root.path, path) || lies_in(path, root.path);
  });
  if (meant == defaults.end() || !discover(files, root.path, root.rules).sources.empty()) {
    return std::nullopt;
  }
  return Error(ErrorCode::kInvalid,
               fmt::format("nothing is found in root {}: logs are looked for as {} below a root; "
                           "write path: {}",
                           root.path, root.patterns.front().include, *meant));
}

}  // namespace

Result<StatePaths> find_state_paths(const AssemblyInput& input) {
  StatePaths paths{.state_dir = input.state_dir, .config_file = input.config_path};
  if (paths.state_dir.empty()) {
    paths.state_dir = input.environment.variable("KATO_HOME").value_or("");
  }
  if (paths.state_dir.empty()) {
    const auto home = input.environment.home();
    if (!home) {
      return fail(ErrorCode::kInvalid,
                  "there is no home folder: set HOME, or name a folder with --state-dir");
    }
    paths.state_dir = join_path(*home, ".kato");
  }
  if (!paths.state_dir.starts_with('/')) {
    return fail(ErrorCode::kInvalid, "state directory {}: give an absolute path", paths.state_dir);
  }
  paths.state_dir = normal_path(paths.state_dir);
  if (paths.config_file.empty()) paths.config_file = join_path(paths.state_dir, "kato.yaml");
  return paths;
}

PluginSearchPath plugin_search_path(const Config& config, const AssemblyInput& input) {
  PluginSearchPath path{.folders = config.plugins.search_paths};
  const auto from_environment =
      split_path_list(input.environment.variable("KATO_PLUGIN_PATH").value_or(""));
  path.folders.insert(path.folders.end(), from_environment.begin(), from_environment.end());
  path.folders.push_back(
      normal_path(join_path(parent_folder(input.program_path), kInstalledPlugins)));
  return path;
}

Result<std::unique_ptr<Assembly>> Assembly::make(const AssemblyInput& input) {
  std::unique_ptr<Assembly> made(new Assembly);
  auto paths = find_state_paths(input);
  if (!paths) return forward(paths);
  made->paths_ = std::move(*paths);
  const auto& file = made->paths_.config_file;
  auto loaded = input.defaults_hold
                    ? LoadResult({.config = {}, .file = file, .from_defaults = true, .places = {}})
                    : load_config_file(input.files, file, input.environment);
  if (!loaded) return std::unexpected(config_error(std::move(loaded.error())));
  made->loaded_ = std::move(*loaded);
  const bool is_named = !input.config_path.empty() && !input.defaults_hold;
  if (is_named && made->loaded_.from_defaults) {
    return fail(ErrorCode::kInvalid, "config file {}: it is not there; write it with: kato init",
                file);
  }
  made->plugins_ =
      PluginRegistry::scan(input.files, plugin_search_path(made->loaded_.config, input));
  const RegistryLookup lookup(*made->plugins_);
  if (auto problems = check_against_plugins(made->loaded_, lookup); !problems.empty()) {
    return std::unexpected(config_error(std::move(problems)));
  }
  for (const auto& entry : made->plugins_->entries()) {
    if (entry.status == PluginStatus::kRefused) {
      made->warnings_.push_back("plugin refused: " + entry.reason);
    }
  }
  for (const auto& provider : effective_providers(made->config(), lookup)) {
    made->add_roots(provider, input);
  }
  made->add_sinks(input.environment);
  return made;
}

void Assembly::add_roots(const ProviderConfig& provider, const AssemblyInput& input) {
  const auto warn = [this, &provider](const Error& error) {
    warnings_.push_back("provider " + provider.plugin + ": " + error.message());
  };
  const auto loaded = plugins_->provider(provider.plugin);
  if (!loaded) return warn(loaded.error());
  const auto add = [&](std::vector<Root>& to, std::string path, const RootConfig* root) {
    auto made = make_root(**loaded, std::move(path), provider.options_json,
                          policy_of(config(), provider, root));
    if (made) {
      to.push_back(std::move(*made));
    } else {
      warn(made.error());
    }
  };
  add(rootless_, "", nullptr);
  const auto description = (*loaded)->describe_sources(provider.options_json);
  if (!description) return warn(description.error());
  std::vector<std::string> defaults;
  for (const auto& root : description->default_roots) {
    const auto expanded = expand_path(root, input.environment);
    if (expanded) {
      defaults.push_back(normal_path(*expanded));
    } else if (!provider.roots) {
      warn(expanded.error());
    }
  }
  if (!provider.roots) {
    for (auto& path : defaults) {
      add(roots_, std::move(path), nullptr);
    }
    return;
  }
  for (const auto& root : *provider.roots) {
    const auto before = roots_.size();
    add(roots_, normal_path(root.path), &root);
    if (roots_.size() == before) continue;
    if (const auto mistake = mistake_in(input.files, roots_.back(), defaults)) warn(*mistake);
  }
}

void Assembly::add_sinks(const Environment& environment) {
  const auto local = TimeZone::local(environment.variable("TZ").value_or(""));
  const auto utc = TimeZone::utc();
  for (const auto& sink : effective_sinks(config(), RegistryLookup(*plugins_))) {
    const auto loaded = plugins_->sink(sink.plugin);
    if (!loaded) {
      warnings_.push_back("sink " + sink.name + ": " + loaded.error().message());
      continue;
    }
    const auto zone = sink.timezone.value_or(config().timezone);
    sinks_.push_back({.name = sink.name,
                      .sink = *loaded,
                      .options_json = sink.options_json,
                      .zone = zone == TimeZoneChoice::kUtc ? utc : local});
  }
}

Result<const ConfiguredSink*> Assembly::sink(std::string_view name) const {
  const auto found = std::ranges::find(sinks_, name, &ConfiguredSink::name);
  if (found != sinks_.end()) return &*found;
  std::vector<std::string_view> names;
  names.reserve(sinks_.size());
  for (const auto& sink : sinks_) {
    names.push_back(sink.name);
  }
  return fail(ErrorCode::kNotFound, "no sink is named '{}'; there are: {}", name,
              fmt::join(names, ", "));
}

Status Assembly::check_provider(std::string_view plugin) const {
  const auto in_use = std::ranges::any_of(
      rootless_, [&](const Root& root) { return root.provider->identity().id == plugin; });
  if (in_use) return {};
  const auto installed = plugins_->provider_ids();
  if (std::ranges::find(installed, plugin) == installed.end()) {
    return fail(ErrorCode::kRefused, "its provider '{}' is not there; see: kato plugins", plugin);
  }
  return fail(ErrorCode::kRefused,
              "its provider '{}' is not in the config {}; name it there again under providers, "
              "then: kato config reload",
              plugin, paths_.config_file);
}

std::vector<SinkExtension> Assembly::sink_extensions() const {
  std::vector<SinkExtension> extensions;
  extensions.reserve(sinks_.size());
  for (const auto& sink : sinks_) {
    extensions.push_back({sink.name, std::string(sink.sink->file_extension())});
  }
  return extensions;
}

Result<const Sink*> Assembly::sink_by_plugin(std::string_view plugin) const {
  for (const auto& sink : sinks_) {
    if (sink.sink->identity().id == plugin) return sink.sink;
  }
  return fail(ErrorCode::kNotFound, "the sink plugin '{}' is not there; see: kato plugins", plugin);
}

Result<const ConfiguredSink*> Assembly::sink_for(std::string_view path,
                                                 const RootPolicy& policy) const {
  const auto extensions = sink_extensions();
  const auto preferred = policy.default_sink.empty()
                             ? default_sink(config().default_sink, extensions)
                             : policy.default_sink;
  const auto name = path.empty() ? preferred : choose_sink(path, extensions, preferred);
  if (!name.empty()) return sink(name);
  return fail(ErrorCode::kNotFound, "no sink is there to write {}; see: kato plugins", path);
}

}  // namespace kato
