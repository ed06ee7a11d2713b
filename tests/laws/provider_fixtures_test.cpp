#include <kato/testkit/provider_laws.hpp>
#include <kato/testkit/source_folder.hpp>

#include "tests/laws/shipped_plugin.h"
#include "tests/support/catch.h"
#include "tests/support/places.h"

using namespace kato::testkit;

TEST_CASE("the laws of providers hold on the fixtures", "[laws]") {
  const auto& api = *kato::test::shipped_plugin().provider;
  const auto sources =
      sources_below(api, kato::test::source_dir() + "/plugins/" KATO_PLUGIN "/fixtures");
  CHECK(sources.size() >= 10);
  for (const auto& source : sources) {
    ProviderLawInput input;
    input.name = source.file.string();
    input.source = source.content;
    input.mutants = 60;
    input.drifts = 60;
    const auto report = check_provider_laws(api, input);
    INFO(report.text());
    CHECK(report.ok());
  }
}
