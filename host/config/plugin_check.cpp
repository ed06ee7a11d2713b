#include "host/config/plugin_check.h"

#include <algorithm>

#include <fmt/format.h>

#include "host/base/nearest.h"
#include "host/config/options_schema.h"
#include "host/config/source_map.h"

namespace kato {
namespace {

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::string name_remedy(std::string_view name, const std::vector<std::string>& names,
                        std::string_view otherwise) {
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  if (const auto near = nearest(name, candidates)) return fmt::format("did you mean '{}'?", *near);
  if (names.empty()) return std::string(otherwise);
  return fmt::format("known are: {}; {}", fmt::join(names, ", "), otherwise);
}

class Checker {
 public:
  Checker(const LoadedConfig& loaded, const PluginLookup& plugins)
      : loaded_(loaded),
        plugins_(plugins),
        providers_(plugins.providers()),
        sinks_(plugins.sinks()) {}

  Problems run() {
    const auto& config = loaded_.config;
    if (config.providers) {
      for (size_t i = 0; i < config.providers->size(); ++i) {
        provider((*config.providers)[i], child_pointer("/providers", i));
      }
    }
    for (size_t i = 0; i < config.sinks.size(); ++i) {
      sink(config.sinks[i], child_pointer("/sinks", i));
    }
    if (config.default_sink) sink_name(*config.default_sink, "/defaultSink");
    sort_by_place(problems_);
    return std::move(problems_);
  }

 private:
  void report(const std::string& pointer, std::string what, std::string remedy) {
    problems_.push_back(
        {loaded_.file, loaded_.places.value_at(pointer), std::move(what), std::move(remedy)});
  }

  // True if the plugin is there.
  bool plugin(std::string_view kind, const std::string& id, const std::vector<std::string>& known,
              const std::vector<std::string>& other_kind, const std::string& pointer) {
    if (contains(known, id)) return true;
    if (contains(other_kind, id)) {
      report(pointer, fmt::format("'{}' is a plugin, but not a {}", id, kind),
             fmt::format("use it under '{}'", kind == "sink" ? "providers" : "sinks"));
    } else {
      report(pointer, fmt::format("there is no {} plugin '{}'", kind, id),
             name_remedy(id, known, "'kato plugins' shows where Kato looks for them"));
    }
    return false;
  }

  void provider(const ProviderConfig& provider, const std::string& pointer) {
    if (plugin("provider", provider.plugin, providers_, sinks_, pointer + "/plugin")) {
      options(provider.options_json, plugins_.provider_options_schema(provider.plugin),
              provider.plugin, pointer);
    }
    if (!provider.roots) return;
    for (size_t i = 0; i < provider.roots->size(); ++i) {
      const auto& root = (*provider.roots)[i];
      if (!root.default_sink) continue;
      sink_name(*root.default_sink, child_pointer(pointer + "/roots", i) + "/defaultSink");
    }
  }

  void sink(const SinkConfig& sink, const std::string& pointer) {
    if (sink.name != sink.plugin && contains(sinks_, sink.name)) {
      report(pointer + "/name",
             fmt::format("the sink is named like the plugin '{}' but made of another", sink.name),
             "choose another name");
    }
    if (plugin("sink", sink.plugin, sinks_, providers_, pointer + "/plugin")) {
      options(sink.options_json, plugins_.sink_options_schema(sink.plugin), sink.plugin, pointer);
    }
  }

  void options(const std::string& json, const Result<std::string>& schema, const std::string& id,
               const std::string& pointer) {
    if (!schema) {
      report(pointer + "/plugin",
             fmt::format("the plugin '{}' cannot be used: {}", id, schema.error().message()),
             "'kato plugins' tells more");
      return;
    }
    const auto checked = check_options(json, *schema);
    if (!checked) {
      report(pointer + "/plugin",
             fmt::format("the plugin '{}' declares its options wrongly: {}", id,
                         checked.error().message()),
             "tell its author, or remove the entry");
      return;
    }
    for (const auto& problem : *checked) {
      const auto place = loaded_.places.key_at(pointer + "/options" + problem.pointer);
      problems_.push_back({loaded_.file, place, problem.what, problem.remedy});
    }
  }

  void sink_name(const std::string& name, const std::string& pointer) {
    auto names = sinks_;
    for (const auto& sink : loaded_.config.sinks) {
      if (!contains(names, sink.name)) names.push_back(sink.name);
    }
    if (contains(names, name)) return;
    report(pointer, fmt::format("there is no sink '{}'", name),
           name_remedy(name, names, "add it under 'sinks'"));
  }

  const LoadedConfig& loaded_;
  const PluginLookup& plugins_;
  std::vector<std::string> providers_;
  std::vector<std::string> sinks_;
  Problems problems_;
};

}  // namespace

Problems check_against_plugins(const LoadedConfig& loaded, const PluginLookup& plugins) {
  return Checker(loaded, plugins).run();
}

std::vector<ProviderConfig> effective_providers(const Config& config, const PluginLookup& plugins) {
  if (config.providers) return *config.providers;
  std::vector<ProviderConfig> providers;
  for (auto& id : plugins.providers()) {
    providers.emplace_back();
    providers.back().plugin = std::move(id);
  }
  return providers;
}

std::vector<SinkConfig> effective_sinks(const Config& config, const PluginLookup& plugins) {
  auto sinks = config.sinks;
  for (const auto& id : plugins.sinks()) {
    const bool named = std::ranges::find(config.sinks, id, &SinkConfig::name) != config.sinks.end();
    if (named) continue;
    sinks.emplace_back();
    sinks.back().name = id;
    sinks.back().plugin = id;
  }
  return sinks;
}

}  // namespace kato
