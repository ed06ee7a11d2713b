// Split invariance and well-formedness of recordings, over random conversations that are as awkward
// as texts can be.
#include <array>
#include <kato/testkit/sink_laws.hpp>
#include <random>

#include "sink_rendering.h"

using namespace kato::test;
using namespace kato::testkit;

namespace {

constexpr std::array<const char*, 40> kPieces{"# heading",
                                              "---",
                                              "```",
                                              "````",
                                              "~~~",
                                              "  ```",
                                              "- ```js",
                                              "1. item",
                                              "   ```",
                                              "    code",
                                              "- item",
                                              "  more",
                                              "> quote",
                                              "> ```",
                                              "<!--",
                                              "-->",
                                              "<pre>",
                                              "</pre>",
                                              "<details>",
                                              "",
                                              " ",
                                              "\t",
                                              "plain text",
                                              "trailing  ",
                                              "\xF0\x9F\x98\x80 emoji",
                                              "e\xCC\x81",
                                              "\xE8\xAA\x9E\xE8\xAA\x9E",
                                              "\xFF\xFE broken",
                                              "::start x",
                                              "*",
                                              "* * *",
                                              "===",
                                              "| a | b |",
                                              "back\\",
                                              "`code`",
                                              "</details>",
                                              "---\nid: x\n---",
                                              "\"json\"",
                                              "[x]: y",
                                              "<?"};
constexpr std::array<const char*, 5> kLineEnds{"\n", "\n\n", "\r\n", "\r", "\n\n\n"};
constexpr std::array<const char*, 4> kModels{"", "gpt-5", "claude-opus-4-1", "<synthetic>"};
constexpr std::array<const char*, 3> kIds{"a", "b", ""};

class Conversation {
 public:
  explicit Conversation(uint64_t seed) : random_(static_cast<uint32_t>(seed)) {}

  size_t below(size_t count) {
    return std::uniform_int_distribution<size_t>(0, count - 1)(random_);
  }

  std::string text() {
    std::string made;
    for (size_t pieces = below(7); pieces > 0; --pieces) {
      made += kPieces.at(below(kPieces.size()));
      made += kLineEnds.at(below(kLineEnds.size()));
    }
    return made + kPieces.at(below(kPieces.size()));
  }

  SampleEvent event() {
    SampleEvent made;
    made.kind = static_cast<int32_t>(below(13));
    made.text = text();
    made.model = kModels.at(below(kModels.size()));
    if (below(3) > 0) made.time_unix_ms = 1772036800000 + static_cast<int64_t>(below(1U << 30U));
    made.utc_offset_s = static_cast<int32_t>(below(80000)) - 40000;
    made.phase = below(2) == 0 ? "commentary" : "final";
    made.payload_flags = static_cast<uint32_t>(below(8));
    made.tool_call_id = made.decision_id = kIds.at(below(kIds.size()));
    made.tool_name = below(3) == 0 ? text() : "Bash";
    made.description = below(2) == 0 ? text() : "";
    made.input_json = below(2) == 0 ? R"({"a":["```",{"b":"\n"}]})" : text();
    made.decision_key = below(2) == 0 ? "key" : text();
    if (below(2) == 0) made.options.emplace_back(text(), text());
    if (below(2) == 0) made.selections = {text(), text()};
    made.free_text = below(2) == 0 ? text() : "";
    if (below(4) == 0) made.attachments.emplace_back("image/png", text());
    made.revises = below(5) == 0 ? "00112233445566778899aabbccddeeff" : "";
    return made;
  }

  std::vector<SampleEvent> events() {
    std::vector<SampleEvent> made(1 + below(25));
    for (SampleEvent& one : made) {
      one = event();
    }
    return made;
  }

  std::string options() {
    const auto flag = [this] { return below(2) == 0 ? "true" : "false"; };
    return std::string(R"({"includeFrontMatter":)") + flag() + R"(,"includeThinking":)" + flag() +
           R"(,"includeToolCalls":)" + flag() + R"(,"includeSystemEvents":)" + flag() +
           R"(,"italicizeUserMessages":)" + flag() + R"(,"includeCommentary":)" + flag() +
           R"(,"truncateToolResults":)" + std::to_string(below(30)) + "}";
  }

 private:
  std::mt19937 random_;
};

bool has_one_newline_at_end(const std::string& block) {
  return block.ends_with('\n') && !block.ends_with("\n\n");
}

}  // namespace

TEST_CASE("the laws of render sinks hold for markdown, whatever is said", "[sinks]") {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    Conversation conversation(seed);
    SinkLawInput input;
    input.name = "markdown, seed " + std::to_string(seed);
    input.seed = seed;
    input.recording.options_json = conversation.options();
    input.events = seed % 4 == 0 ? sample_events(seed, 60) : conversation.events();
    const auto report = check_sink_laws(sink("markdown"), input);
    INFO(report.text());
    REQUIRE(report.ok());
  }
}

TEST_CASE("after every event the file ends in one newline, and blocks are one empty line apart",
          "[sinks]") {
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    Conversation conversation(seed);
    RecordingContent recording;
    recording.options_json = conversation.options();
    std::vector<SampleEvent> said;
    std::string file = rendered("markdown", {}, recording);
    for (const SampleEvent& event : conversation.events()) {
      said.push_back(event);
      const std::string longer = rendered("markdown", said, recording);
      REQUIRE(longer.starts_with(file));
      const std::string added = longer.substr(file.size());
      if (added.empty()) continue;
      CAPTURE(added);
      REQUIRE(has_one_newline_at_end(added));
      REQUIRE(added.starts_with('\n') == !file.empty());
      REQUIRE_FALSE(added.starts_with("\n\n"));
      file = longer;
    }
  }
}

TEST_CASE("the saved state stays small however long the conversation is", "[sinks]") {
  std::vector<SampleEvent> calls;
  for (int i = 0; i < 5000; ++i) {
    calls.push_back(
        Told(KATO_ASSISTANT_TOOL_CALL).call("call-" + std::to_string(i), std::string(1000, 'x')));
  }
  RecordingContent recording;
  recording.options_json = R"({"includeToolCalls":true})";
  CHECK(SinkDriver(sink("markdown"), recording).run(calls, {}).state.size() < 8192);
}
