// What a plugin is, as its note and its descriptor say.
#pragma once

#include <cstdint>
#include <string>

namespace kato {

enum class PluginKind : uint8_t { kProvider = 1, kSink = 2 };

struct PluginIdentity {
  PluginKind kind = PluginKind::kProvider;
  std::string id;
  std::string version;
  uint32_t abi_major = 0;
  uint32_t abi_minor = 0;
  uint64_t required_capabilities = 0;
  std::string path;  // of the shared library
};

// From the descriptor, once the plugin is loaded.
struct PluginAbout {
  std::string display_name;
  std::string author;
  std::string licence;
  std::string url;
  std::string options_schema;  // JSON Schema, or empty: takes no options
};

}  // namespace kato
