// The plugin that a test of this folder is about.
#pragma once

#include <kato/testkit/plugin_file.hpp>

#include "tests/support/catch.h"
#include "tests/support/places.h"

namespace kato::test {

inline const kato_plugin_descriptor& shipped_plugin() {
  const auto loaded =
      testkit::load_plugin_file(binary_dir() + "/lib/kato/plugins/" KATO_PLUGIN ".so");
  INFO(loaded.error);
  REQUIRE(loaded.descriptor != nullptr);
  return *loaded.descriptor;
}

}  // namespace kato::test
