// The laws of the test kit hold for plugins in plain C, and see it when they do not hold.
#include <kato/testkit/plugin_file.hpp>
#include <kato/testkit/provider_laws.hpp>
#include <kato/testkit/sink_laws.hpp>
#include <string>

#include "tests/support/catch.h"

using namespace kato::testkit;

namespace {

const kato_plugin_descriptor& descriptor(const std::string& name) {
  const auto loaded =
      load_plugin_file(std::string(KATO_TEST_PLUGINS) + "/" + name + "/" + name + ".so");
  INFO(loaded.error);
  REQUIRE(loaded.descriptor != nullptr);
  return *loaded.descriptor;
}

constexpr auto kLog =
    "session\ts1\t/home/me\n"
    "user\tu1\t2026-01-01T00:00:00Z\tHello, this is a text that is long enough to be private\n"
    "\n"
    "agent\ta1\t2026-01-01T00:00:01Z\tHi\n"
    "call\tc1\t2026-01-01T00:00:02Z\tls\t{\"path\":\"/\"}\n"
    "queued\tq1\t2026-01-01T00:00:03Z\tDo this next\n"
    "result\tc1x\t2026-01-01T00:00:04Z\tbin\n"
    "queued\tq2\t2026-01-01T00:00:05Z\tOr rather that\n"
    "deliver\tq1\n"
    "something else\n"
    "something else\n"
    "withdraw\tq2\n"
    "queued\tq3\t2026-01-01T00:00:06Z\tNever decided\n"
    "user\tu2\t\n"
    "agent\ta2\t2026-01-01T00:00:07Z\tno line end";

}  // namespace

TEST_CASE("the laws hold for the provider in plain C", "[abi]") {
  ProviderLawInput input;
  input.name = "toy";
  input.source.path = "a.toy";
  input.source.bytes = kLog;
  input.mutants = 2000;
  const auto report = check_provider_laws(*descriptor("toy_provider").provider, input);
  INFO(report.text());
  CHECK(report.ok());
  CHECK(report.runs() > 2000);
}

TEST_CASE("the laws hold for the sink in plain C", "[abi]") {
  SinkLawInput input;
  input.name = "toy";
  input.events = sample_events(7, 200);
  const auto report = check_sink_laws(*descriptor("toy_sink").sink, input);
  INFO(report.text());
  CHECK(report.ok());
}
