// Split invariance and well-formedness of recordings, over random conversations that are as awkward
// as texts can be.
#include <array>
#include <random>

#include "tests/support/catch.h"
#include "tests/support/render_sink.h"

using namespace kato::test;

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
  explicit Conversation(unsigned seed) : random_(seed) {}

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

  EventSpec event() {
    EventSpec made{.kind = static_cast<int32_t>(below(13)), .text = text()};
    made.model = kModels.at(below(kModels.size()));
    if (below(3) > 0) made.time_unix_ms = 1772036800000 + static_cast<int64_t>(below(1U << 30U));
    made.utc_offset_s = static_cast<int32_t>(below(80000)) - 40000;
    made.phase = below(2) == 0 ? "commentary" : "final";
    made.flags = static_cast<uint32_t>(below(8));
    made.tool_call_id = made.decision_id = kIds.at(below(kIds.size()));
    made.tool_name = below(3) == 0 ? text() : "Bash";
    made.description = below(2) == 0 ? text() : "";
    made.input_json = below(2) == 0 ? R"({"a":["```",{"b":"\n"}]})" : text();
    made.decision_key = below(2) == 0 ? "key" : text();
    for (size_t options = below(3); options > 0; --options)
      made.options.emplace_back(text(), text());
    for (size_t chosen = below(3); chosen > 0; --chosen)
      made.selections.push_back(text());
    made.free_text = below(2) == 0 ? text() : "";
    if (below(4) == 0) made.attachments.push_back({text(), "image/png", below(1000)});
    made.revises = below(5) == 0 ? "00112233445566778899aabbccddeeff" : "";
    return made;
  }

  std::vector<EventSpec> events() {
    std::vector<EventSpec> made(1 + below(25));
    for (EventSpec& spec : made)
      spec = event();
    return made;
  }

  std::string options() {
    const auto flag = [this] { return below(2) == 0 ? "true" : "false"; };
    return std::string(R"({"includeFrontMatter":)") + flag() + R"(,"includeThinking":)" + flag() +
           R"(,"includeToolCalls":)" + flag() + R"(,"includeSystemEvents":)" + flag() +
           R"(,"italicizeUserMessages":)" + flag() + R"(,"includeCommentary":)" + flag() +
           R"(,"truncateToolResults":)" + std::to_string(below(30)) + "}";
  }

  std::vector<size_t> cuts(size_t count) {
    std::vector<size_t> sizes;
    for (size_t left = count; left > 0 && below(8) > 0;) {
      sizes.push_back(below(left + 1));
      left -= sizes.back();
    }
    return sizes;
  }

 private:
  std::mt19937 random_;
};

bool has_one_newline_at_end(const std::string& block) {
  return block.ends_with('\n') && !block.ends_with("\n\n");
}

}  // namespace

TEST_CASE("however the events are cut, with save and open at each cut, the bytes are the same",
          "[sinks]") {
  const SinkLibrary markdown("markdown");
  for (unsigned seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    Conversation conversation(seed);
    const std::string options = conversation.options();
    const EventList events(conversation.events());
    const std::string whole = render(markdown, options, {}, events);
    REQUIRE(render(markdown, options, {}, events, std::vector<size_t>(events.size(), 1)) == whole);
    REQUIRE(render(markdown, options, {}, events, conversation.cuts(events.size())) == whole);
  }
}

TEST_CASE("after every event the file ends in one newline, and blocks are one empty line apart",
          "[sinks]") {
  const SinkLibrary markdown("markdown");
  for (unsigned seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    Conversation conversation(seed);
    SinkInstance instance(markdown, conversation.options(), {});
    const EventList events(conversation.events());
    std::string file = instance.begin();
    for (size_t i = 0; i < events.size(); ++i) {
      const std::string added = instance.append(events.slice(i, 1));
      if (added.empty()) continue;
      CAPTURE(i, added);
      REQUIRE(has_one_newline_at_end(added));
      REQUIRE(added.starts_with('\n') == !file.empty());
      REQUIRE_FALSE(added.starts_with("\n\n"));
      file += added;
    }
  }
}

TEST_CASE("the saved state stays small however long the conversation is", "[sinks]") {
  const SinkLibrary markdown("markdown");
  std::vector<EventSpec> calls;
  for (int i = 0; i < 5000; ++i) {
    calls.push_back({.kind = KATO_ASSISTANT_TOOL_CALL,
                     .tool_call_id = "call-" + std::to_string(i),
                     .tool_name = std::string(1000, 'x')});
  }
  const EventList events(std::move(calls));
  SinkInstance instance(markdown, R"({"includeToolCalls":true})", {});
  static_cast<void>(instance.append(events.slice(0, events.size())));
  CHECK(instance.save().blob.size() < 8192);
}
