// What the person chose. Plain values; how they are read from YAML is config_loader.h's subject.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/path_template.h"  // kBuiltInDestination

namespace kato {

inline constexpr int kConfigSchemaVersion = 1;

// When what was written is also on the disk.
enum class CommitDurability : uint8_t {
  kInterval,  // at most a second later, many sessions at once
  kCommit,    // at every step
  kNone,      // when the operating system likes
};

enum class LogLevel : uint8_t { kTrace, kDebug, kInfo, kWarn, kError, kOff };

enum class TimeZoneChoice : uint8_t { kLocal, kUtc };

// A folder in which a provider's logs live.
struct RootConfig {
  std::string path;  // absolute, expanded
  std::optional<bool> auto_generate_snapshots;
  bool keep_raw = false;
  std::optional<std::string> default_sink;
  std::optional<std::string> default_destination;  // a template

  bool operator==(const RootConfig&) const = default;
};

struct ProviderConfig {
  std::string plugin;
  std::optional<bool> auto_generate_snapshots;
  std::string options_json = "{}";
  std::optional<std::vector<RootConfig>> roots;  // nothing: the plugin's own default roots

  bool operator==(const ProviderConfig&) const = default;
};

struct SinkConfig {
  std::string name;
  std::string plugin;
  std::string options_json = "{}";
  std::optional<TimeZoneChoice> timezone;  // nothing: the config's

  bool operator==(const SinkConfig&) const = default;
};

struct LoggingConfig {
  LogLevel operational_level = LogLevel::kInfo;
  LogLevel audit_level = LogLevel::kInfo;

  bool operator==(const LoggingConfig&) const = default;
};

struct PluginsConfig {
  std::vector<std::string> search_paths;  // absolute, expanded

  bool operator==(const PluginsConfig&) const = default;
};

// As it is made, it holds the defaults.
struct Config {
  bool global_auto_generate_snapshots = false;
  bool clean_session_states_on_shutdown = false;
  // Folders below which recordings may be written; "{state}" and "{project}" at the beginning, "~"
  // and variables expanded.
  std::vector<std::string> allowed_write_roots = {"{state}/recordings", "{project}"};
  bool allow_hard_linked_destinations = false;
  PluginsConfig plugins;
  std::optional<std::vector<ProviderConfig>> providers;  // nothing: every provider that is found
  std::vector<SinkConfig> sinks;
  std::optional<std::string> default_sink;  // nothing: the destination's extension decides
  // A template. Nothing: kBuiltInDestination, with the extension of the default sink.
  std::optional<std::string> default_destination;
  TimeZoneChoice timezone = TimeZoneChoice::kLocal;
  CommitDurability durability = CommitDurability::kInterval;
  uint64_t max_record_bytes = 256U << 20U;
  uint64_t daemon_max_memory_mb = 500;
  LoggingConfig logging;

  bool operator==(const Config&) const = default;
};

// Whether sessions of a root get a twin by themselves: the root's word, else the provider's, else
// the global one. NULL: not configured.
[[nodiscard]] bool auto_generates_snapshots(const Config& config, const ProviderConfig* provider,
                                            const RootConfig* root);

// The names as they stand in the file.
[[nodiscard]] std::string_view to_name(CommitDurability durability);
[[nodiscard]] std::string_view to_name(LogLevel level);
[[nodiscard]] std::string_view to_name(TimeZoneChoice timezone);

}  // namespace kato
