// From the text of a config file to a Config, or to everything that is wrong with it.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "host/base/environment.h"
#include "host/config/config.h"
#include "host/config/problem.h"
#include "host/config/source_map.h"
#include "host/io/file_system.h"

namespace kato {

// A config that is valid as far as the file alone can tell; plugin_check.h does the rest.
struct LoadedConfig {
  Config config;
  std::string file;            // the name that problems carry
  bool from_defaults = false;  // there was no file
  SourceMap places;
};

using LoadResult = std::expected<LoadedConfig, Problems>;

// Reads the whole text and reports all problems at once. Never throws, whatever the bytes are.
[[nodiscard]] LoadResult load_config(std::string_view text, const std::string& file,
                                     const Environment& environment);

// The same from a file; the defaults if there is none. A file that anyone may write is refused.
[[nodiscard]] LoadResult load_config_file(FileSystem& files, const std::string& path,
                                          const Environment& environment);

}  // namespace kato
