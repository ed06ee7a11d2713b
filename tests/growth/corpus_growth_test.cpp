#include <filesystem>

#include "tests/growth/growth_cases.h"
#include "tests/support/catch.h"
#include "tests/support/places.h"

using namespace kato::test;

TEST_CASE("real logs that grow give the twin that they give at once", "[growth][P2]") {
  const auto corpus = corpus_folder();
  if (!corpus) {
    WARN("skipped: there is no corpus (KATO_SHARED_DIR)");
    return;
  }
  for (const auto& shipped : kShippedProviders) {
    for (const auto* const part : {"clients", "public"}) {
      for (const auto& folder : std::filesystem::directory_iterator(*corpus + "/" + part)) {
        if (!folder.path().filename().string().starts_with(shipped.plugin)) continue;
        grow_below(shipped, folder.path(), KATO_MOST_MOMENTS);
      }
    }
  }
}
