// A provider's description of its sources, with C++ types.
#pragma once

#include <kato/provider.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kato::testkit {

struct SourcePattern {
  int32_t growth = KATO_GROWTH_APPEND;
  int32_t packing = KATO_PACKING_NONE;
  std::string include;
  std::vector<std::string> excludes;
  std::vector<std::pair<std::string, std::string>> companions;  // name, path

  [[nodiscard]] bool fits(std::string_view path) const;
};

// Empty if the provider does not say.
[[nodiscard]] std::vector<SourcePattern> source_patterns(const kato_provider_api& api);

// '*' and '?' within a component, "**" for any number of them.
[[nodiscard]] bool glob_fits(std::string_view glob, std::string_view path);

// A companion's path for a source: "{dir}/{stem}.meta.json" and "a/b.jsonl" give "a/b.meta.json".
[[nodiscard]] std::string companion_path(std::string_view pattern, std::string_view source);

}  // namespace kato::testkit
