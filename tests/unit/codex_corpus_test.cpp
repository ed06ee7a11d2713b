// The laws of decoding on real Codex logs, where they are.
#include "codex_laws.h"
#include "tests/support/catch.h"
#include "tests/support/places.h"

namespace fs = std::filesystem;
using kato::test::check_laws;
using kato::test::logs_below;
using kato::test::Totals;

TEST_CASE("the laws of decoding hold on real logs, and little is unknown", "[codex]") {
  const auto corpus = kato::test::corpus_folder();
  if (!corpus) {
    WARN("no corpus: skipped");
    return;
  }
  Totals all;
  for (const auto* folder :
       {"clients/codex", "clients/codex-0.137.0", "clients/codex-0.80.0", "public/codex"}) {
    for (const auto& log : logs_below(fs::path(*corpus) / folder)) {
      const auto totals = check_laws(log);
      all.records += totals.records;
      all.raw += totals.raw;
      all.malformed += totals.malformed;
    }
  }
  CHECK(all.records > 9000);
  CHECK(all.raw * 200 <= all.records);
  CHECK(all.malformed == 0);
}
