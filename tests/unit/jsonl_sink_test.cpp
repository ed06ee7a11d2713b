#include "tests/support/catch.h"
#include "tests/support/render_sink.h"

using namespace kato::test;

TEST_CASE("a jsonl recording is the events' own lines", "[sinks]") {
  const SinkLibrary jsonl("jsonl");
  CHECK((jsonl.api().flags & KATO_SINK_WANTS_JSON) != 0);
  const EventList events({{.kind = KATO_USER_MESSAGE, .json = R"({"seq":1})"},
                          {.kind = KATO_USER_KATO_COMMAND, .json = R"({"seq":2})"},
                          {.kind = 4711, .json = R"({"seq":3,"payload":{"text":"é"}})"}});
  const std::string expected =
      "{\"seq\":1}\n{\"seq\":2}\n{\"seq\":3,\"payload\":{\"text\":\"é\"}}\n";
  CHECK(render(jsonl, "", {}, events) == expected);
  CHECK(render(jsonl, "", {}, events, {1, 1, 1}) == expected);
}

TEST_CASE("a jsonl recording refuses an event without its line instead of leaving it out",
          "[sinks]") {
  const SinkLibrary jsonl("jsonl");
  const EventList events({{.kind = KATO_USER_MESSAGE, .text = "hello"}});
  CHECK_THROWS_WITH(render(jsonl, "", {}, events), Catch::Contains("canonical JSON"));
}

TEST_CASE("the jsonl sink leaves the head of an existing file alone", "[sinks]") {
  const SinkLibrary jsonl("jsonl");
  SinkInstance instance(jsonl, "", {});
  CHECK(instance.begin().empty());
  CHECK(instance.refresh_head("{\"seq\":1}\n") == "{\"seq\":1}\n");
}

TEST_CASE("the jsonl sink does not open with a state that another version saved", "[sinks]") {
  const SinkLibrary jsonl("jsonl");
  const SavedState other{.version = 99, .blob = {}};
  CHECK(SinkInstance(jsonl, "", {}, &other).status() == KATO_UNSUPPORTED);
}
