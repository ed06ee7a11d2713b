#include "tests/growth/growth_cases.h"
#include "tests/support/catch.h"
#include "tests/support/places.h"

using namespace kato::test;

TEST_CASE("fixtures that grow give the twin that they give at once", "[growth][P2]") {
  constexpr size_t kMostMoments = 25;
  constexpr uint64_t kRounds = 4;
  for (const auto& shipped : kShippedProviders) {
    grow_below(shipped, source_dir() + "/plugins/" + shipped.plugin + "/fixtures", kMostMoments,
               kRounds);
  }
}
