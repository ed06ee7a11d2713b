// The descriptor of a built plugin, for tests.
#pragma once

#include <kato/abi.h>
#include <string>

namespace kato::testkit {

struct LoadedFile {
  const kato_plugin_descriptor* descriptor = nullptr;  // static; nullptr: see error
  std::string error;
};

// Loads the library for good. `path`: absolute.
[[nodiscard]] LoadedFile load_plugin_file(const std::string& path);

}  // namespace kato::testkit
