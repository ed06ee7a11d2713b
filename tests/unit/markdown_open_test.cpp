// Opening the sink markdown: with options, with states, behind a file that is not its own.
#include <kato/common.hpp>
#include <kato/testkit/fake_host.hpp>

#include "host/config/options_schema.h"

#include "sink_rendering.h"
#include "tests/support/places.h"

using namespace kato::test;
using kato::testkit::FakeHost;
using kato::testkit::SinkDriver;

namespace {

std::string schema() {
  const auto loaded =
      kato::testkit::load_plugin_file(kato::test::binary_dir() + "/lib/kato/plugins/markdown.so");
  REQUIRE(loaded.descriptor != nullptr);
  return std::string(kato::sdk::view(loaded.descriptor->options_schema));
}

// One event, appended without a head before it.
struct Appended {
  std::string bytes;
  static void write(void* self, kato_bytes more) {
    static_cast<Appended*>(self)->bytes += kato::sdk::view(more);
  }
};

}  // namespace

TEST_CASE("the options' schema accepts what the README lists, and nothing else", "[sinks]") {
  const auto problems = [](std::string_view options) {
    const auto checked = kato::check_options(options, schema());
    REQUIRE(checked);
    return checked->size();
  };
  CHECK(problems("{}") == 0);
  CHECK(problems(R"({"includeCommentary":false,"includeThinking":true,"includeToolCalls":true,
    "truncateToolResults":0,"includeSystemEvents":true,"italicizeUserMessages":true,
    "headingTemplate":"## {speaker}[ ({hour}:{minute}, {offset})]",
    "speakerNames":{"user":"D","assistant":"A","system":"S","models":{"m":"M"}},
    "includeFrontMatter":false,"includeUpdated":true,"includeEventKinds":true,"userName":"dana",
    "tags":["a"]})") == 0);
  for (const char* wrong :
       {R"({"includeThinkin":true})", R"({"includeThinking":"yes"})",
        R"({"truncateToolResults":-1})", R"({"headingTemplate":"# {speeker}"})",
        R"({"headingTemplate":"# [{speaker}"})", R"({"headingTemplate":"a\nb"})",
        R"({"speakerNames":{"users":"x"}})", R"({"tags":"a"})"}) {
    CAPTURE(wrong);
    CHECK(problems(wrong) > 0);
  }
}

TEST_CASE("options that were not validated are refused with a reason", "[sinks]") {
  for (const auto* heading : {"# {speeker}", "# [{speaker}", "# {speaker", "# [[{date}]]"}) {
    const std::string options = std::string(R"({"headingTemplate":")") + heading + "\"}";
    FakeHost host;
    const kato_sink_open_input input{sizeof(kato_sink_open_input), 0, kato::sdk::str(options),
                                     nullptr, nullptr};
    kato_sink_instance* instance = nullptr;
    CHECK(sink("markdown").open(host.c(), &input, &instance) == KATO_FATAL);
    CHECK(instance == nullptr);
    REQUIRE(host.complaints().size() == 1);
    CHECK_THAT(host.complaints().front().message, Catch::Contains("headingTemplate"));
  }
}

TEST_CASE("what is appended to a file of the user's is separated from it", "[sinks]") {
  FakeHost host;
  const auto& api = sink("markdown");
  const kato_sink_open_input input{sizeof(kato_sink_open_input), 0, {}, nullptr, nullptr};
  kato_sink_instance* instance = nullptr;
  REQUIRE(api.open(host.c(), &input, &instance) == KATO_OK);
  const std::string text = "x";
  kato_payload payload{};
  payload.struct_size = sizeof(payload);
  payload.text = kato::sdk::str(text);
  kato_event event{};
  event.struct_size = sizeof(event);
  event.kind = KATO_USER_MESSAGE;
  event.time_unix_ms = KATO_NO_TIME;
  event.payload = &payload;
  const kato_event* const events = &event;
  const kato_event_list list{sizeof(kato_event_list), 0, &events, 1};
  Appended appended;
  const kato_bytes_writer writer{sizeof(kato_bytes_writer), 0, &appended, &Appended::write};
  CHECK(api.append(instance, host.c(), &list, &writer) == KATO_OK);
  api.close(instance);
  CHECK(appended.bytes == "\n# User\n\nx\n");
}

TEST_CASE("a state that was not saved by this version is refused", "[sinks]") {
  const RecordingContent recording;
  const SinkDriver driver(sink("markdown"), recording);
  CHECK(driver.open_with("1u User\n", 1, {}) == KATO_OK);
  CHECK(driver.open_with("1u User\n", 2, {}) == KATO_UNSUPPORTED);
  for (const char* damaged : {"", "1?\n", "2u\n", "1u User\nzz\n", "1u User"}) {
    CHECK(driver.open_with(damaged, 1, {}) == KATO_UNSUPPORTED);
  }
}
