#include <kato/testkit/provider_laws.hpp>

#include "tests/laws/corpus_sources.h"
#include "tests/laws/shipped_plugin.h"
#include "tests/support/catch.h"
#include "tests/support/places.h"

using namespace kato::testkit;

TEST_CASE("the laws of providers hold on real logs", "[laws]") {
  const auto corpus = kato::test::corpus_folder();
  if (!corpus) {
    WARN("skipped: there is no corpus (KATO_SHARED_DIR)");
    return;
  }
  const auto& api = *kato::test::shipped_plugin().provider;
  size_t count = 0;
  for (const auto& source : kato::test::corpus_sources(api, *corpus)) {
    ProviderLawInput input;
    input.name = source.file.string();
    input.source = source.content;
    input.ids_may_repeat = source.content.bytes.find("[trimmed") != std::string::npos;
    input.max_cuts = 200;
    input.mutants = 4;
    input.rewritings = 4;
    const auto report = check_provider_laws(api, input);
    INFO(report.text());
    CHECK(report.ok());
    ++count;
  }
  CHECK(count > 20);
}
