#include <kato/testkit/drift_law.hpp>

#include "tests/laws/corpus_sources.h"
#include "tests/laws/shipped_plugin.h"
#include "tests/support/catch.h"

using namespace kato::testkit;

namespace {

// Enough for all kinds of records, little enough for thousands of runs.
constexpr size_t kMostBytes = 300'000;

// The beginning of a long log that is only appended to.
void shorten(const kato_provider_api& api, SourceContent& source) {
  if (source.bytes.size() <= kMostBytes) return;
  if (growth_of(api, source.path) == KATO_GROWTH_APPEND) {
    source.bytes.resize(source.bytes.rfind('\n', kMostBytes) + 1);
  }
}

}  // namespace

TEST_CASE("a changed record of a real log disturbs no other one", "[laws]") {
  const auto corpus = kato::test::corpus_folder();
  if (!corpus) {
    WARN("skipped: there is no corpus (KATO_SHARED_DIR)");
    return;
  }
  const auto& api = *kato::test::shipped_plugin().provider;
  auto sources = kato::test::corpus_sources(api, *corpus);
  REQUIRE(!sources.empty());
  uint64_t changed = 0;
  for (auto& source : sources) {
    shorten(api, source.content);
    ProviderLawInput input;
    input.name = source.file.string();
    input.source = std::move(source.content);
    input.drifts = KATO_DRIFTS / sources.size() + 1;
    LawReport report(input.name);
    changed += check_drift(report, api, input);
    INFO(report.text());
    CHECK(report.ok());
  }
  WARN(changed << " changed copies of " << sources.size() << " logs");
  CHECK(changed >= KATO_DRIFTS);
}
