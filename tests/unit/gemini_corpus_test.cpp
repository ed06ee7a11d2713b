// The laws of providers, on real logs of Gemini CLI.
#include <map>

#include "tests/support/catch.h"
#include "tests/support/places.h"
#include "tests/unit/gemini_logs.h"

using namespace kato;
using namespace kato::testkit;
namespace fs = std::filesystem;

TEST_CASE("the laws hold on every real log, and next to nothing in them is unknown",
          "[gemini][corpus]") {
  const auto corpus = test::corpus_folder();
  if (!corpus) {
    WARN("skipped: there is no corpus of real logs here (KATO_SHARED_DIR)");
    return;
  }
  const auto& api = test::gemini_api();
  std::map<int32_t, size_t> outcomes;
  size_t records = 0;
  for (const auto* folder : {"clients/gemini", "clients/gemini-0.30.0", "public/gemini"}) {
    for (const auto& file : test::gemini_sessions_below(fs::path(*corpus) / folder)) {
      const auto input = test::gemini_law_input(file, 5);
      const auto report = check_provider_laws(api, input);
      INFO(report.text());
      CHECK(report.ok());
      const auto run = ProviderDriver(api, input.source).run({});
      for (const auto& record : run.said->records()) {
        ++outcomes[record.outcome];
        ++records;
      }
    }
  }
  CHECK(records > 900);
  CHECK(outcomes[KATO_RECORD_MALFORMED] == 0);
  CHECK(outcomes[KATO_RECORD_RAW] * 200 <= records);
}
