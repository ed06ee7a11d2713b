#include <kato/testkit/sink_laws.hpp>

#include "sink_rendering.h"

using namespace kato::test;
using namespace kato::testkit;

TEST_CASE("a jsonl recording is the events' own lines", "[sinks]") {
  CHECK((sink("jsonl").flags & KATO_SINK_WANTS_JSON) != 0);
  const std::vector<SampleEvent> events{
      Told(KATO_USER_MESSAGE).line(R"({"seq":1})"),
      Told(KATO_USER_KATO_COMMAND).line(R"({"seq":2})"),
      Told(KATO_PROVIDER_RAW).line(R"({"seq":3,"payload":{"rawType":"é"}})")};
  CHECK(rendered("jsonl", events) ==
        "{\"seq\":1}\n{\"seq\":2}\n{\"seq\":3,\"payload\":{\"rawType\":\"é\"}}\n");
}

TEST_CASE("a jsonl recording refuses an event without its line instead of leaving it out",
          "[sinks]") {
  const RecordingContent recording;
  CHECK(SinkDriver(sink("jsonl"), recording).run({user("hello")}, {}).status == KATO_FATAL);
}

TEST_CASE("the jsonl sink leaves the head of an existing file alone", "[sinks]") {
  const RecordingContent recording;
  CHECK(SinkDriver(sink("jsonl"), recording).refresh_head("{\"seq\":1}\n").replaced_bytes == 0);
}

TEST_CASE("the laws of render sinks hold for jsonl", "[sinks]") {
  SinkLawInput input;
  input.name = "jsonl";
  input.events = sample_events(3, 200);
  const auto report = check_sink_laws(sink("jsonl"), input);
  INFO(report.text());
  CHECK(report.ok());
}
