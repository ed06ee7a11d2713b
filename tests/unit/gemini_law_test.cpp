// The laws of providers, on every fixture.
#include "tests/support/catch.h"
#include "tests/support/places.h"
#include "tests/unit/gemini_logs.h"

using namespace kato;

TEST_CASE("the laws hold on every fixture", "[gemini]") {
  const auto& api = test::gemini_api();
  const auto files =
      test::gemini_sessions_below(kato::test::source_dir() + "/plugins/gemini/fixtures");
  REQUIRE(files.size() >= 18);
  for (const auto& file : files) {
    const auto report = check_provider_laws(api, test::gemini_law_input(file, 40));
    INFO(report.text());
    CHECK(report.ok());
  }
}
