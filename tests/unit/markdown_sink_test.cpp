#include "tests/support/catch.h"
#include "tests/support/render_sink.h"

using namespace kato::test;

namespace {

constexpr const char* kBare = R"({"includeFrontMatter": false})";
constexpr const char* kAll = R"({"includeFrontMatter": false, "includeThinking": true,
  "includeToolCalls": true, "includeSystemEvents": true})";
// 2026-02-25 16:26:40 UTC.
constexpr int64_t kTime = 1772036800000;

const SinkLibrary& markdown() {
  static const SinkLibrary library("markdown");
  return library;
}

std::string rendered(std::vector<EventSpec> events, const std::string& options = kBare) {
  return render(markdown(), options, {}, EventList(std::move(events)));
}

EventSpec user(std::string text) {
  return {.kind = KATO_USER_MESSAGE, .text = std::move(text)};
}
EventSpec assistant(std::string text, std::string model = "gpt-5") {
  return {.kind = KATO_ASSISTANT_MESSAGE, .text = std::move(text), .model = std::move(model)};
}

}  // namespace

TEST_CASE("a heading stands where the speaker changes, with the local time of the first words",
          "[sinks]") {
  const std::string file = rendered({
      {.kind = KATO_USER_MESSAGE, .text = "Hello", .time_unix_ms = kTime, .utc_offset_s = -28800},
      {.kind = KATO_ASSISTANT_MESSAGE,
       .text = "Hi",
       .model = "claude-haiku-4-5-20251001",
       .time_unix_ms = kTime + 15000,
       .utc_offset_s = -28800},
      {.kind = KATO_ASSISTANT_MESSAGE,
       .text = "there",
       .model = "claude-haiku-4-5-20251001",
       .time_unix_ms = kTime + 99000},
      assistant("Another model", "claude-opus-4-1"),
  });
  CHECK(file ==
        "# User_2026-02-25_0826_40\n\nHello\n\n"
        "# claude-haiku-4-5.20251001_2026-02-25_0826_55\n\nHi\n\nthere\n\n"
        "# claude-opus-4.1\n\nAnother model\n");
}

TEST_CASE("an event without a model goes on under the assistant that spoke last", "[sinks]") {
  CHECK(rendered({assistant("one", ""), assistant("two"), assistant("three", ""), user("four"),
                  assistant("five", "")}) ==
        "# Assistant\n\none\n\n# gpt-5\n\ntwo\n\nthree\n\n# User\n\nfour\n\n# Assistant\n\nfive\n");
}

TEST_CASE("headings follow timezone, headingTemplate and speakerNames", "[sinks]") {
  const EventSpec timed{
      .kind = KATO_USER_MESSAGE, .text = "x", .time_unix_ms = kTime, .utc_offset_s = 19800};
  CHECK(rendered({timed}, R"({"includeFrontMatter":false,"timezone":"utc"})") ==
        "# User_2026-02-25_1626_40\n\nx\n");
  const std::string options = R"({"includeFrontMatter":false,
    "headingTemplate":"## {speaker}[ at {hour}:{minute} {offset}][, {model}]",
    "speakerNames":{"user":"Dana","models":{"gpt-5":"The Model"}}})";
  CHECK(rendered({timed, assistant("y"), user("z")}, options) ==
        "## Dana at 21:56 +05:30\n\nx\n\n## The Model, gpt-5\n\ny\n\n## Dana\n\nz\n");
}

TEST_CASE("a heading template that is not understood is refused with its name", "[sinks]") {
  for (const char* heading : {"# {speeker}", "# [{speaker}", "# {speaker", "# [[{date}]]"}) {
    const std::string options = std::string(R"({"headingTemplate":")") + heading + "\"}";
    const SinkInstance instance(markdown(), options, {});
    CHECK(instance.status() == KATO_FATAL);
    CHECK_THAT(instance.reported(), Catch::Contains("headingTemplate"));
  }
}

TEST_CASE("a time that no conversation can have gives a heading without time", "[sinks]") {
  for (const int64_t time : {INT64_MAX, INT64_MIN + 1, int64_t{253402300800000}}) {
    CHECK(rendered({{.kind = KATO_USER_MESSAGE,
                     .text = "x",
                     .time_unix_ms = time,
                     .utc_offset_s = INT32_MAX}}) == "# User\n\nx\n");
  }
}

TEST_CASE("a model's name cannot break its heading", "[sinks]") {
  CHECK(rendered({assistant("x", "<synthetic>")}) == "# \\<synthetic>\n\nx\n");
  CHECK(rendered({assistant("x", "a\n# b\t c")}) == "# a # b c\n\nx\n");
}

TEST_CASE("text goes out as it is but for the empty lines around it", "[sinks]") {
  CHECK(rendered({user("\n \n    code first  \n\n\n# a title\n---\nend  \r\n\n")}) ==
        "# User\n\n    code first  \n\n\n# a title\n---\nend  \n");
  CHECK(rendered({user(" \n\t\n"), assistant("")}).empty());
}

TEST_CASE("what is switched off, raw, a command or of an unknown kind adds nothing", "[sinks]") {
  CHECK(rendered(
            {
                {.kind = KATO_USER_KATO_COMMAND, .text = "::start"},
                {.kind = KATO_ASSISTANT_THINKING, .text = "hm"},
                {.kind = KATO_ASSISTANT_TOOL_CALL, .tool_call_id = "1", .tool_name = "Bash"},
                {.kind = KATO_ASSISTANT_TOOL_RESULT, .text = "out", .tool_call_id = "1"},
                {.kind = KATO_SYSTEM_MESSAGE, .text = "summary", .subtype = "compaction-summary"},
                {.kind = KATO_PROVIDER_INFO, .text = "info", .subtype = "title"},
                {.kind = KATO_PROVIDER_RAW},
                {.kind = 4711, .text = "tomorrow"},
            })
            .empty());
  const std::string quiet = R"({"includeFrontMatter":false,"includeCommentary":false})";
  const EventSpec commentary{
      .kind = KATO_ASSISTANT_MESSAGE, .text = "working", .model = "m", .phase = "commentary"};
  CHECK(rendered({commentary}, quiet).empty());
  CHECK(rendered({commentary}) == "# m\n\nworking\n");
}

TEST_CASE("thinking, tool calls and results are folded; results are titled by their call",
          "[sinks]") {
  const std::string file = rendered(
      {user("go"),
       {.kind = KATO_ASSISTANT_THINKING, .text = "hm\n", .model = "m"},
       {.kind = KATO_ASSISTANT_TOOL_CALL,
        .tool_call_id = "a",
        .tool_name = "Bash",
        .description = "List <all> & sundry",
        .input_json = R"({"command":"ls\n","opts":[1,{}],"none":[ ]})"},
       {.kind = KATO_ASSISTANT_TOOL_CALL, .tool_call_id = "b", .tool_name = "Read"},
       {.kind = KATO_ASSISTANT_TOOL_RESULT, .text = "x\n```\ny\n````\n", .tool_call_id = "b"},
       {.kind = KATO_ASSISTANT_TOOL_RESULT,
        .flags = KATO_PAYLOAD_IS_ERROR | KATO_PAYLOAD_TRUNCATED,
        .tool_call_id = "a"},
       {.kind = KATO_ASSISTANT_TOOL_RESULT, .text = "z", .tool_call_id = "unheard-of"}},
      kAll);
  CHECK(file == R"(# User

go

# m

<details>
<summary>Thinking</summary>

hm

</details>

<details>
<summary>Tool: Bash — List &lt;all&gt; &amp; sundry</summary>

```json
{
  "command": "ls\n",
  "opts": [
    1,
    {}
  ],
  "none": []
}
```

</details>

<details>
<summary>Tool: Read</summary>

</details>

<details>
<summary>Tool result: Read</summary>

`````
x
```
y
````
`````

</details>

<details>
<summary>Tool result: Bash (failed) (cut in the log)</summary>

(nothing)

</details>

<details>
<summary>Tool result</summary>

```
z
```

</details>
)");
}

TEST_CASE("a long result is cut at whole characters, and the recording says so", "[sinks]") {
  const EventSpec result{.kind = KATO_ASSISTANT_TOOL_RESULT, .text = "ää€😀ö"};
  const auto cut_at = [&result](int characters) {
    return rendered({result}, R"({"includeFrontMatter":false,"includeToolCalls":true,
      "truncateToolResults":)" + std::to_string(characters) +
                                  "}");
  };
  CHECK_THAT(cut_at(4), Catch::Contains("```\nää€😀\n```\n\n(the first 4 of 5 characters)\n\n"));
  CHECK_THAT(cut_at(5), Catch::Contains("```\nää€😀ö\n```\n\n</details>"));
  CHECK_THAT(cut_at(0), Catch::Contains("```\nää€😀ö\n```\n\n</details>"));
}

TEST_CASE("input that is nested without end stays linear in size", "[sinks]") {
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  const std::string file =
      rendered({{.kind = KATO_ASSISTANT_TOOL_CALL, .tool_name = "t", .input_json = deep}}, kAll);
  CHECK(file.size() < 2 * deep.size());
}

TEST_CASE("a decision shows key, prompt, options and, by its id, the answer", "[sinks]") {
  const EventSpec prompt{.kind = KATO_ASSISTANT_DECISION_PROMPT,
                         .text = "Which one?",
                         .decision_id = "d1",
                         .decision_key = "colour",
                         .options = {{"red", "like\nblood"}, {"blue", ""}}};
  CHECK(rendered({prompt,
                  {.kind = KATO_ASSISTANT_DECISION_PROMPT,
                   .text = "First line\n- second",
                   .decision_id = "d2",
                   .decision_key = "plan"},
                  {.kind = KATO_USER_DECISION_RESPONSE, .decision_id = "d2", .free_text = "no\nno"},
                  {.kind = KATO_USER_DECISION_RESPONSE,
                   .decision_id = "d1",
                   .selections = {"red", "blue"},
                   .free_text = "both"},
                  {.kind = KATO_USER_DECISION_RESPONSE, .decision_id = "d9"}}) ==
        "# Assistant\n\n**Decision [colour]:** Which one?\n\n- red: like blood\n- blue\n\n"
        "**Decision [plan]:**\n\nFirst line\n- second\n\n"
        "**Answer [plan]:**\n\nno\nno\n\n"
        "**Answer [colour]:** red, blue — both\n\n**Answer:** (none)\n");
}

TEST_CASE("a revised event appears again under its mark", "[sinks]") {
  EventSpec again = assistant("better");
  again.revises = "00112233445566778899aabbccddeeff";
  const EventSpec result{.kind = KATO_ASSISTANT_TOOL_RESULT, .text = "out", .revises = "00"};
  CHECK(rendered({assistant("good"), again, result}, kAll) ==
        "# gpt-5\n\ngood\n\n*(revised)*\n\nbetter\n\n"
        "<details>\n<summary>Tool result (revised)</summary>\n\n```\nout\n```\n\n</details>\n");
}

TEST_CASE("system events are shown on demand, reports of the provider as quotes", "[sinks]") {
  CHECK(rendered({user("x"),
                  {.kind = KATO_PROVIDER_INFO,
                   .text = "first\n\nsecond",
                   .subtype = "api-error",
                   .level = KATO_LEVEL_ERROR},
                  {.kind = KATO_PROVIDER_INFO, .subtype = "interruption"},
                  {.kind = KATO_SYSTEM_MESSAGE, .text = "injected", .subtype = "reminder"}},
                 kAll) ==
        "# User\n\nx\n\n> [api-error, error] first\n>\n> second\n\n> [interruption]\n\n"
        "# System\n\ninjected\n");
}

TEST_CASE("attachments are described below the text, or alone", "[sinks]") {
  EventSpec message = user("See");
  message.attachments = {{"a\nb.png", "image/png", 12}, {}};
  EventSpec bare = user("");
  bare.attachments = {{"", "image/jpeg"}};
  CHECK(rendered({message, bare}) ==
        "# User\n\nSee\n\n- Attachment: a b.png, image/png, 12 bytes\n- Attachment:\n\n"
        "- Attachment: image/jpeg\n");
}
