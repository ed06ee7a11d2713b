// Every key that a config file may have, map by map. The loader and the editors' schema agree on
// them (a test compares).
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace kato {

// One kind of map in the file. `path` is where it stands, "*" for any entry of a list.
struct ConfigSection {
  std::string_view path;
  std::string_view place;  // in a sentence: "an entry of 'roots'"
  std::span<const std::string_view> keys;
};

inline constexpr std::array<std::string_view, 15> kTopKeys = {"schemaVersion",
                                                              "globalAutoGenerateSnapshots",
                                                              "cleanSessionStatesOnShutdown",
                                                              "allowedWriteRoots",
                                                              "allowHardLinkedDestinations",
                                                              "plugins",
                                                              "providers",
                                                              "sinks",
                                                              "defaultSink",
                                                              "defaultDestination",
                                                              "timezone",
                                                              "durability",
                                                              "maxRecordBytes",
                                                              "daemonMaxMemoryMb",
                                                              "logging"};
inline constexpr std::array<std::string_view, 1> kPluginsKeys = {"searchPaths"};
inline constexpr std::array<std::string_view, 4> kProviderKeys = {"plugin", "autoGenerateSnapshots",
                                                                  "options", "roots"};
inline constexpr std::array<std::string_view, 5> kRootKeys = {
    "path", "autoGenerateSnapshots", "keepRaw", "defaultSink", "defaultDestination"};
inline constexpr std::array<std::string_view, 4> kSinkKeys = {"name", "plugin", "options",
                                                              "timezone"};
inline constexpr std::array<std::string_view, 2> kLoggingKeys = {"operationalLevel", "auditLevel"};

inline constexpr ConfigSection kTopSection{"", "the top level", kTopKeys};
inline constexpr ConfigSection kPluginsSection{"/plugins", "'plugins'", kPluginsKeys};
inline constexpr ConfigSection kProviderSection{"/providers/*", "an entry of 'providers'",
                                                kProviderKeys};
inline constexpr ConfigSection kRootSection{"/providers/*/roots/*", "an entry of 'roots'",
                                            kRootKeys};
inline constexpr ConfigSection kSinkSection{"/sinks/*", "an entry of 'sinks'", kSinkKeys};
inline constexpr ConfigSection kLoggingSection{"/logging", "'logging'", kLoggingKeys};

inline constexpr std::array<const ConfigSection*, 6> kConfigSections = {
    &kTopSection,  &kProviderSection, &kRootSection,
    &kSinkSection, &kPluginsSection,  &kLoggingSection};

}  // namespace kato
