#include "host/config/config_loader.h"

#include <algorithm>
#include <map>
#include <span>

#include <fmt/format.h>

#include "host/base/path_template.h"
#include "host/config/map_reader.h"
#include "host/config/yaml_json.h"
#include "host/config/yaml_scalar.h"
#include "host/config/yaml_tree.h"
#include "host/io/files.h"

namespace kato {
namespace {

constexpr uint64_t kMaxFileBytes = 1U << 20U;
constexpr uint64_t kLeastRecordBytes = 4096;
constexpr uint64_t kMostRecordBytes = 1U << 30U;
constexpr uint64_t kLeastMemoryMb = 32;
constexpr uint64_t kMostMemoryMb = 1U << 20U;
constexpr size_t kMaxNameBytes = 64;
constexpr std::string_view kNotFirst = ".-_";
constexpr uint32_t kWritableByAnyone = 0002;

constexpr CommitDurability kDurabilities[] = {CommitDurability::kInterval,
                                              CommitDurability::kCommit, CommitDurability::kNone};
constexpr LogLevel kLevels[] = {LogLevel::kTrace, LogLevel::kDebug, LogLevel::kInfo,
                                LogLevel::kWarn,  LogLevel::kError, LogLevel::kOff};
constexpr TimeZoneChoice kTimeZones[] = {TimeZoneChoice::kLocal, TimeZoneChoice::kUtc};

// Names of a list that must differ; reports the second of two.
class UniqueNames {
 public:
  UniqueNames(std::string_view what, std::string_view remedy, const ReadContext& context)
      : what_(what), remedy_(remedy), context_(context) {}

  void add(const std::string& name, TextPosition where) {
    if (name.empty()) return;
    const auto [first, added] = seen_.try_emplace(name, where);
    if (added) return;
    context_.report(
        where,
        fmt::format("{} '{}' is there twice, first in line {}", what_, name, first->second.line),
        std::string(remedy_));
  }

 private:
  std::string_view what_;
  std::string_view remedy_;
  const ReadContext& context_;
  std::map<std::string, TextPosition> seen_;
};

bool require_map(const YamlNode& node, const ConfigSection& section, const ReadContext& context) {
  if (node.kind == YamlNode::Kind::kMap) return true;
  context.report(node.where,
                 fmt::format("{} must be a map, but is {}", section.place, describe(node)),
                 fmt::format("write '{}: ...'", section.keys.front()));
  return false;
}

void read_name(const MapReader& reader, std::string_view key, std::string_view example,
               std::string& out, const ReadContext& context) {
  const auto* const node = reader.require(key, example);
  if (node == nullptr) return;
  const auto name = read_text(*node, fmt::format("'{}'", key), context);
  if (!name) return;
  const bool plain = std::ranges::all_of(*name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
  if (plain && name->size() <= kMaxNameBytes && !kNotFirst.contains(name->front())) {
    out = *name;
    return;
  }
  context.report(node->where, fmt::format("'{}' is no name", *name),
                 fmt::format("use at most {} of a-z A-Z 0-9 - _ . beginning with a letter or digit",
                             kMaxNameBytes));
}

void read_options(const MapReader& reader, std::string& out, const ReadContext& context) {
  const auto* const node = reader.map("options");
  if (node != nullptr) out = to_json(*node, context.file, context.problems);
}

void read_destination(const MapReader& reader, std::optional<std::string>& out,
                      const ReadContext& context) {
  const auto* const node = reader.find("defaultDestination");
  if (node == nullptr) return;
  if (auto path = read_template(*node, "'defaultDestination'", destination_tokens(), context)) {
    out = std::move(path);
  }
}

RootConfig read_root(const YamlNode& node, const ReadContext& context) {
  RootConfig root;
  if (!require_map(node, kRootSection, context)) return root;
  const MapReader reader(node, kRootSection, context);
  if (const auto* const path = reader.require("path", "~/folder")) {
    if (auto expanded = read_path(*path, "'path'", context)) root.path = normal_path(*expanded);
  }
  reader.boolean("autoGenerateSnapshots", root.auto_generate_snapshots);
  reader.boolean("keepRaw", root.keep_raw);
  reader.text("defaultSink", root.default_sink);
  read_destination(reader, root.default_destination, context);
  return root;
}

std::vector<RootConfig> read_roots(std::span<const YamlNode> items, const ReadContext& context) {
  std::vector<RootConfig> roots;
  UniqueNames paths("the root", "keep one of them", context);
  for (const auto& item : items) {
    roots.push_back(read_root(item, context));
    paths.add(roots.back().path, item.where);
  }
  return roots;
}

ProviderConfig read_provider(const YamlNode& node, const ReadContext& context) {
  ProviderConfig provider;
  if (!require_map(node, kProviderSection, context)) return provider;
  const MapReader reader(node, kProviderSection, context);
  read_name(reader, "plugin", "NAME", provider.plugin, context);
  reader.boolean("autoGenerateSnapshots", provider.auto_generate_snapshots);
  read_options(reader, provider.options_json, context);
  if (const auto items = reader.list("roots")) provider.roots = read_roots(*items, context);
  return provider;
}

SinkConfig read_sink(const YamlNode& node, const ReadContext& context) {
  SinkConfig sink;
  if (!require_map(node, kSinkSection, context)) return sink;
  const MapReader reader(node, kSinkSection, context);
  read_name(reader, "name", "NAME", sink.name, context);
  read_name(reader, "plugin", "NAME", sink.plugin, context);
  read_options(reader, sink.options_json, context);
  if (reader.find("timezone") != nullptr) {
    TimeZoneChoice timezone{};
    reader.choice("timezone", timezone, kTimeZones);
    sink.timezone = timezone;
  }
  return sink;
}

std::vector<ProviderConfig> read_providers(std::span<const YamlNode> items,
                                           const ReadContext& context) {
  std::vector<ProviderConfig> providers;
  UniqueNames names("the provider", "keep one entry, with all its roots", context);
  for (const auto& item : items) {
    providers.push_back(read_provider(item, context));
    names.add(providers.back().plugin, item.where);
  }
  return providers;
}

std::vector<SinkConfig> read_sinks(std::span<const YamlNode> items, const ReadContext& context) {
  std::vector<SinkConfig> sinks;
  UniqueNames names("the sink", "give each sink a name of its own", context);
  for (const auto& item : items) {
    sinks.push_back(read_sink(item, context));
    names.add(sinks.back().name, item.where);
  }
  return sinks;
}

std::vector<std::string> read_write_roots(std::span<const YamlNode> items,
                                          const ReadContext& context) {
  std::vector<std::string> roots;
  for (const auto& item : items) {
    auto root = read_template(item, "the allowed folder", folder_tokens(), context);
    if (!root) continue;
    if (root->find('{', 1) != std::string::npos) {
      context.report(item.where, "a token stands in the middle of an allowed folder",
                     "tokens may only stand at its beginning");
    }
    roots.push_back(*std::move(root));
  }
  return roots;
}

void read_search_paths(const MapReader& top, Config& config, const ReadContext& context) {
  const auto* const node = top.map("plugins");
  if (node == nullptr) return;
  const MapReader reader(*node, kPluginsSection, context);
  for (const auto& item : reader.list("searchPaths").value_or(std::span<const YamlNode>())) {
    if (auto path = read_path(item, "the search path", context)) {
      config.plugins.search_paths.push_back(normal_path(*path));
    }
  }
}

void read_logging(const MapReader& top, Config& config, const ReadContext& context) {
  const auto* const node = top.map("logging");
  if (node == nullptr) return;
  const MapReader reader(*node, kLoggingSection, context);
  reader.choice("operationalLevel", config.logging.operational_level, kLevels);
  reader.choice("auditLevel", config.logging.audit_level, kLevels);
}

// False if the rest of the file must not be judged by this version's rules.
bool check_version(const YamlNode& top, const ReadContext& context) {
  const auto found = std::ranges::find(top.members, "schemaVersion", &YamlMember::key);
  if (found == top.members.end()) {
    context.report(top.where, "'schemaVersion' is missing",
                   fmt::format("add the line 'schemaVersion: {}'", kConfigSchemaVersion));
    return true;
  }
  const auto& node = found->value;
  const auto version = as_unsigned(node);
  if (version == static_cast<uint64_t>(kConfigSchemaVersion)) return true;
  if (version && *version > static_cast<uint64_t>(kConfigSchemaVersion)) {
    context.report(
        node.where,
        fmt::format("the file was written for a newer Kato: schemaVersion {}, while this "
                    "one knows {}",
                    *version, kConfigSchemaVersion),
        "update Kato, or write the config anew with 'kato init'");
    return false;
  }
  context.report(node.where, fmt::format("'schemaVersion' is {}", describe(node)),
                 fmt::format("write 'schemaVersion: {}'", kConfigSchemaVersion));
  return true;
}

Config read_config(const YamlNode& top, const ReadContext& context) {
  Config config;
  if (top.kind != YamlNode::Kind::kMap) {
    context.report(top.where,
                   fmt::format("the file must hold keys and values, but is {}", describe(top)),
                   fmt::format("begin it with 'schemaVersion: {}'", kConfigSchemaVersion));
    return config;
  }
  if (!check_version(top, context)) return config;
  const MapReader reader(top, kTopSection, context);
  reader.boolean("globalAutoGenerateSnapshots", config.global_auto_generate_snapshots);
  reader.boolean("cleanSessionStatesOnShutdown", config.clean_session_states_on_shutdown);
  reader.boolean("allowHardLinkedDestinations", config.allow_hard_linked_destinations);
  if (const auto items = reader.list("allowedWriteRoots")) {
    config.allowed_write_roots = read_write_roots(*items, context);
  }
  read_search_paths(reader, config, context);
  if (const auto items = reader.list("providers")) {
    config.providers = read_providers(*items, context);
  }
  if (const auto items = reader.list("sinks")) config.sinks = read_sinks(*items, context);
  reader.text("defaultSink", config.default_sink);
  read_destination(reader, config.default_destination, context);
  reader.choice("timezone", config.timezone, kTimeZones);
  reader.choice("durability", config.durability, kDurabilities);
  reader.number("maxRecordBytes", config.max_record_bytes, kLeastRecordBytes, kMostRecordBytes);
  reader.number("daemonMaxMemoryMb", config.daemon_max_memory_mb, kLeastMemoryMb, kMostMemoryMb);
  read_logging(reader, config, context);
  return config;
}

std::unexpected<Problems> refuse_file(const std::string& file, std::string what,
                                      std::string remedy) {
  return std::unexpected(Problems{{file, {}, std::move(what), std::move(remedy)}});
}

}  // namespace

LoadResult load_config(std::string_view text, const std::string& file,
                       const Environment& environment) {
  Problems problems;
  const YamlNode top = read_yaml(text, file, problems);
  // What the YAML itself lacks would only be repeated as missing keys.
  if (!problems.empty() && top.kind != YamlNode::Kind::kMap) return std::unexpected(problems);
  const ReadContext context{environment, file, problems};
  LoadedConfig loaded{.config = read_config(top, context), .file = file, .places = {}};
  if (!problems.empty()) {
    sort_by_place(problems);
    return std::unexpected(std::move(problems));
  }
  map_places(top, "", loaded.places);
  return loaded;
}

LoadResult load_config_file(FileSystem& files, const std::string& path,
                            const Environment& environment) {
  const auto info = files.info(path);
  if (!info && info.error().code() == ErrorCode::kNotFound) {
    return LoadedConfig{.config = {}, .file = path, .from_defaults = true, .places = {}};
  }
  if (!info) return refuse_file(path, info.error().message(), "make the file readable");
  if ((info->mode & kWritableByAnyone) != 0) {
    return refuse_file(path, "anyone may change this file, and so what Kato loads and writes",
                       "chmod o-w it");
  }
  const auto text = read_whole(files, path, kMaxFileBytes);
  if (!text) return refuse_file(path, text.error().message(), "make it a readable, small file");
  return load_config(*text, path, environment);
}

}  // namespace kato
