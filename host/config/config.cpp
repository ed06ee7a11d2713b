#include "host/config/config.h"

namespace kato {

bool auto_generates_snapshots(const Config& config, const ProviderConfig* provider,
                              const RootConfig* root) {
  if (root != nullptr && root->auto_generate_snapshots) return *root->auto_generate_snapshots;
  if (provider != nullptr && provider->auto_generate_snapshots) {
    return *provider->auto_generate_snapshots;
  }
  return config.global_auto_generate_snapshots;
}

std::string_view to_name(CommitDurability durability) {
  switch (durability) {
    case CommitDurability::kInterval:
      return "interval";
    case CommitDurability::kCommit:
      return "commit";
    case CommitDurability::kNone:
      return "none";
  }
  return "";
}

std::string_view to_name(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace:
      return "trace";
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kError:
      return "error";
    case LogLevel::kOff:
      return "off";
  }
  return "";
}

std::string_view to_name(TimeZoneChoice timezone) {
  return timezone == TimeZoneChoice::kUtc ? "utc" : "local";
}

}  // namespace kato
