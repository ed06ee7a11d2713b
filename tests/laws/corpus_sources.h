// The real logs of the plugin that a test of this folder is about.
#pragma once

#include <filesystem>
#include <kato/testkit/source_folder.hpp>
#include <string>
#include <vector>

namespace kato::test {

inline std::vector<testkit::SourceFile> corpus_sources(const kato_provider_api& api,
                                                       const std::string& corpus) {
  std::vector<testkit::SourceFile> sources;
  for (const auto* const part : {"clients", "public"}) {
    for (const auto& folder : std::filesystem::directory_iterator(corpus + "/" + part)) {
      if (!folder.path().filename().string().starts_with(KATO_PLUGIN)) continue;
      for (auto& source : testkit::sources_below(api, folder.path())) {
        sources.push_back(std::move(source));
      }
    }
  }
  return sources;
}

}  // namespace kato::test
