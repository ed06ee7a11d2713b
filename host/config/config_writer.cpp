#include "host/config/config_writer.h"

#include <nlohmann/json.hpp>

namespace kato {
namespace {

using Json = nlohmann::ordered_json;

template <class Value>
void put(Json& map, const char* key, const std::optional<Value>& value) {
  if (value) map[key] = *value;
}

Json options_of(const std::string& json) {
  auto options = Json::parse(json, nullptr, false);
  return options.is_discarded() ? Json::object() : options;
}

Json root_json(const RootConfig& root) {
  Json map;
  map["path"] = root.path;
  put(map, "autoGenerateSnapshots", root.auto_generate_snapshots);
  map["keepRaw"] = root.keep_raw;
  put(map, "defaultSink", root.default_sink);
  put(map, "defaultDestination", root.default_destination);
  return map;
}

Json provider_json(const ProviderConfig& provider) {
  Json map;
  map["plugin"] = provider.plugin;
  put(map, "autoGenerateSnapshots", provider.auto_generate_snapshots);
  map["options"] = options_of(provider.options_json);
  if (!provider.roots) return map;
  map["roots"] = Json::array();
  for (const auto& root : *provider.roots) {
    map["roots"].push_back(root_json(root));
  }
  return map;
}

Json sink_json(const SinkConfig& sink) {
  Json map;
  map["name"] = sink.name;
  map["plugin"] = sink.plugin;
  map["options"] = options_of(sink.options_json);
  if (sink.timezone) map["timezone"] = to_name(*sink.timezone);
  return map;
}

}  // namespace

std::string to_json(const Config& config) {
  Json top;
  top["schemaVersion"] = kConfigSchemaVersion;
  top["globalAutoGenerateSnapshots"] = config.global_auto_generate_snapshots;
  top["cleanSessionStatesOnShutdown"] = config.clean_session_states_on_shutdown;
  top["allowedWriteRoots"] = config.allowed_write_roots;
  top["allowHardLinkedDestinations"] = config.allow_hard_linked_destinations;
  top["plugins"]["searchPaths"] = config.plugins.search_paths;
  if (config.providers) {
    top["providers"] = Json::array();
    for (const auto& provider : *config.providers) {
      top["providers"].push_back(provider_json(provider));
    }
  }
  if (!config.sinks.empty()) top["sinks"] = Json::array();
  for (const auto& sink : config.sinks) {
    top["sinks"].push_back(sink_json(sink));
  }
  put(top, "defaultSink", config.default_sink);
  put(top, "defaultDestination", config.default_destination);
  top["timezone"] = to_name(config.timezone);
  top["durability"] = to_name(config.durability);
  top["maxRecordBytes"] = config.max_record_bytes;
  top["daemonMaxMemoryMb"] = config.daemon_max_memory_mb;
  top["logging"]["operationalLevel"] = to_name(config.logging.operational_level);
  top["logging"]["auditLevel"] = to_name(config.logging.audit_level);
  return top.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace kato
