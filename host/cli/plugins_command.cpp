#include <CLI/CLI.hpp>
#include <memory>

#include <nlohmann/json.hpp>

#include "host/cli/assembled.h"
#include "host/cli/cli_command.h"

namespace kato {
namespace {

std::string_view status_name(PluginStatus status) {
  switch (status) {
    case PluginStatus::kAvailable:
      return "available";
    case PluginStatus::kLoaded:
      return "loaded";
    case PluginStatus::kRefused:
      return "refused";
  }
  return "refused";
}

std::string_view kind_text(PluginKind kind) {
  return kind == PluginKind::kProvider ? "provider" : "sink";
}

nlohmann::ordered_json to_json(const PluginEntry& entry) {
  nlohmann::ordered_json json;
  json["id"] = entry.identity.id;
  json["kind"] = kind_text(entry.identity.kind);
  json["version"] = entry.identity.version;
  json["abi"] = {{"major", entry.identity.abi_major}, {"minor", entry.identity.abi_minor}};
  json["path"] = entry.identity.path;
  json["status"] = status_name(entry.status);
  if (!entry.reason.empty()) json["reason"] = entry.reason;
  return json;
}

ExitCode list_plugins(bool json, const CliContext& context) {
  const auto input = assembly_input(context);
  const auto paths = find_state_paths(input);
  if (!paths) return context.output.error(paths.error());
  // Of a config that is not valid the plugin folders are not known; the others still are.
  const auto loaded = load_config_file(context.files, paths->config_file, context.environment);
  if (!loaded) context.output.note("warning: the config is not valid; see: kato config validate");
  const auto registry = PluginRegistry::scan(
      context.files, plugin_search_path(loaded ? loaded->config : Config{}, input));
  const auto entries = registry->entries();
  if (json) {
    auto list = nlohmann::ordered_json::array();
    for (const auto& entry : entries) {
      list.push_back(to_json(entry));
    }
    context.output.print_line(list.dump());
    return ExitCode::kOk;
  }
  for (const auto& entry : entries) {
    const auto& identity = entry.identity;
    context.output.print_line(fmt::format("{:<9} {:<12} {:<9} {:<9} {}", kind_text(identity.kind),
                                          identity.id, identity.version, status_name(entry.status),
                                          identity.path));
    if (!entry.reason.empty()) context.output.print_line("          " + entry.reason);
  }
  if (entries.empty()) context.output.note("no plugins were found");
  return ExitCode::kOk;
}

}  // namespace

CommandWork declare_plugins(CLI::App& app, const CliContext& context) {
  auto json = std::make_shared<bool>(false);
  app.add_flag("--json", *json, "Print JSON");
  app.footer("Example: kato plugins");
  return [json, &context] { return list_plugins(*json, context); };
}

}  // namespace kato
