#include <kato/testkit/sink_laws.hpp>

#include "tests/laws/shipped_plugin.h"
#include "tests/support/catch.h"

using namespace kato::testkit;

TEST_CASE("the laws of sinks hold on sample conversations", "[laws]") {
  const auto& api = *kato::test::shipped_plugin().sink;
  for (const uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
    SinkLawInput input;
    input.name = KATO_PLUGIN ", sample " + std::to_string(seed);
    input.events = sample_events(seed, 150);
    input.seed = seed;
    const auto report = check_sink_laws(api, input);
    INFO(report.text());
    CHECK(report.ok());
  }
}
