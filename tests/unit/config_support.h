// What the tests of the config share.
#pragma once

#include <string>

#include "host/base/environment.h"
#include "host/config/config_loader.h"

namespace kato_test {

inline const kato::FixedEnvironment& surroundings() {
  static const kato::FixedEnvironment environment(
      {{"HOME", "/home/ada"}, {"NOTES", "/data/notes"}});
  return environment;
}

// With the line that every file must have, so that what follows begins in line 2.
inline std::string versioned(const std::string& text) {
  return "schemaVersion: 1\n" + text;
}

// What is said about a file called "f"; "" if it is valid.
inline std::string complaints_raw(const std::string& text) {
  const auto loaded = kato::load_config(text, "f", surroundings());
  return loaded ? "" : kato::to_text(loaded.error());
}
inline std::string complaints(const std::string& text) {
  return complaints_raw(versioned(text));
}

}  // namespace kato_test
