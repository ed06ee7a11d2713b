#include "tests/growth/growth_cases.h"

#include <cstdlib>
#include <kato/testkit/plugin_file.hpp>
#include <map>

#include "tests/growth/growing_home.h"
#include "tests/support/catch.h"
#include "tests/support/places.h"

namespace kato::test {
namespace {

const kato_provider_api& provider(const std::string& plugin) {
  const auto loaded =
      testkit::load_plugin_file(binary_dir() + "/lib/kato/plugins/" + plugin + ".so");
  INFO(loaded.error);
  REQUIRE(loaded.descriptor != nullptr);
  return *loaded.descriptor->provider;
}

uint64_t number_from(const char* variable, uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

}  // namespace

void grow_below(const ShippedProvider& shipped, const std::string& folder, size_t most_moments,
                uint64_t rounds) {
  const auto& api = provider(shipped.plugin);
  std::map<std::string, GrowthInput> homes;
  for (auto& source : testkit::sources_below(api, folder)) {
    const bool is_lonely = source.content.path == source.file.filename();
    auto& home = homes[is_lonely ? source.file.string() : source.root.string()];
    if (is_lonely) {
      std::string place = shipped.lonely;
      source.content.path = place.replace(place.find('%'), 1, source.content.path);
    }
    home.growths.push_back(testkit::growth_of(api, source.content.path));
    // A daemon waits for the end of a last line; who decodes at once need not.
    const auto& bytes = source.content.bytes;
    const bool is_document = home.growths.back() == KATO_GROWTH_DOCUMENT;
    if (!is_document && !bytes.ends_with('\n')) source.content.bytes += '\n';
    home.sources.push_back(std::move(source));
  }
  const char* const only = std::getenv("KATO_GROWTH");
  size_t sessions = 0;
  for (auto& [name, home] : homes) {
    if (only != nullptr && !name.contains(only)) continue;
    home.plugin = shipped.plugin;
    home.most_moments = most_moments;
    const auto first = number_from("KATO_SEED", 1);
    for (uint64_t seed = first; seed < first + rounds; ++seed) {
      home.seed = seed * 1000003 + std::hash<std::string>()(name.substr(folder.size()));
      INFO(name << " (KATO_SEED=" << seed << ")");
      GrowingHome growing(home);
      CHECK(growing.run() == "");
      sessions += growing.sessions();
    }
  }
  CHECK((sessions > 0 || only != nullptr));
}

}  // namespace kato::test
