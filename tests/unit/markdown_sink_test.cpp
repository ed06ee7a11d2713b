#include "sink_rendering.h"

using namespace kato::test;

namespace {

constexpr const char* kBare = R"({"includeFrontMatter": false})";
constexpr const char* kAll = R"({"includeFrontMatter": false, "includeThinking": true,
  "includeToolCalls": true, "includeSystemEvents": true})";
// 2026-02-25 16:26:40 UTC.
constexpr int64_t kTime = 1772036800000;

std::string markdown(const std::vector<SampleEvent>& events, const std::string& options = kBare) {
  RecordingContent recording;
  recording.options_json = options;
  return rendered("markdown", events, recording);
}

Told call(std::string id, std::string tool) {
  return Told(KATO_ASSISTANT_TOOL_CALL).call(std::move(id), std::move(tool));
}
Told result(std::string id, std::string text) {
  return Told(KATO_ASSISTANT_TOOL_RESULT, std::move(text)).call(std::move(id));
}

}  // namespace

TEST_CASE("a heading stands where the speaker changes, with the local time of the first words",
          "[sinks]") {
  const std::string haiku = "claude-haiku-4-5-20251001";
  CHECK(markdown({user("Hello").at(kTime, -28800), assistant("Hi", haiku).at(kTime + 15000, -28800),
                  assistant("there", haiku).at(kTime + 99000),
                  assistant("Another model", "claude-opus-4-1")}) ==
        "# User_2026-02-25_0826_40\n\nHello\n\n"
        "# claude-haiku-4-5.20251001_2026-02-25_0826_55\n\nHi\n\nthere\n\n"
        "# claude-opus-4.1\n\nAnother model\n");
}

TEST_CASE("an event without a model goes on under the assistant that spoke last", "[sinks]") {
  CHECK(markdown({assistant("one", ""), assistant("two"), assistant("three", ""), user("four"),
                  assistant("five", "")}) ==
        "# Assistant\n\none\n\n# gpt-5\n\ntwo\n\nthree\n\n# User\n\nfour\n\n# Assistant\n\nfive\n");
}

TEST_CASE("headings follow headingTemplate and speakerNames", "[sinks]") {
  const std::string options = R"({"includeFrontMatter":false,
    "headingTemplate":"## {speaker}[ at {hour}:{minute} {offset}][, {model}]",
    "speakerNames":{"user":"Dana","models":{"gpt-5":"The Model"}}})";
  CHECK(markdown({user("x").at(kTime, 19800), assistant("y"), user("z")}, options) ==
        "## Dana at 21:56 +05:30\n\nx\n\n## The Model, gpt-5\n\ny\n\n## Dana\n\nz\n");
}

TEST_CASE("a time that no conversation can have gives a heading without time", "[sinks]") {
  for (const int64_t time : {INT64_MAX, INT64_MIN + 1, int64_t{253402300800000}}) {
    CHECK(markdown({user("x").at(time, INT32_MAX)}) == "# User\n\nx\n");
  }
}

TEST_CASE("a model's name cannot break its heading", "[sinks]") {
  CHECK(markdown({assistant("x", "<synthetic>")}) == "# \\<synthetic>\n\nx\n");
  CHECK(markdown({assistant("x", "a\n# b\t c")}) == "# a # b c\n\nx\n");
}

TEST_CASE("text goes out as it is but for the empty lines around it", "[sinks]") {
  CHECK(markdown({user("\n \n    code first  \n\n\n# a title\n---\nend  \r\n\n")}) ==
        "# User\n\n    code first  \n\n\n# a title\n---\nend  \n");
  CHECK(markdown({user(" \n\t\n"), assistant("")}).empty());
}

TEST_CASE("what is switched off, raw, a command or of an unknown kind adds nothing", "[sinks]") {
  CHECK(markdown({Told(KATO_USER_KATO_COMMAND, "::start"), Told(KATO_ASSISTANT_THINKING, "hm"),
                  call("1", "Bash"), result("1", "out"),
                  Told(KATO_SYSTEM_MESSAGE, "summary").subtype("compaction-summary"),
                  Told(KATO_PROVIDER_INFO, "info").subtype("title"), Told(KATO_PROVIDER_RAW),
                  Told(4711, "tomorrow")})
            .empty());
  const auto commentary = assistant("working").phase("commentary");
  CHECK(
      markdown({commentary}, R"({"includeFrontMatter":false,"includeCommentary":false})").empty());
  CHECK(markdown({commentary}) == "# gpt-5\n\nworking\n");
}

TEST_CASE("thinking, tool calls and results are folded; results are titled by their call",
          "[sinks]") {
  const std::string file = markdown(
      {user("go"), Told(KATO_ASSISTANT_THINKING, "hm\n").by("m"),
       call("a", "Bash")
           .describes("List <all> & sundry")
           .input(R"({"command":"ls\n","opts":[1,{}],"none":[ ]})"),
       call("b", "Read"), result("b", "x\n```\ny\n````\n"),
       result("a", "").flags(KATO_PAYLOAD_IS_ERROR | KATO_PAYLOAD_TRUNCATED), result("c", "z")},
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
  const auto cut_at = [](int characters) {
    return markdown(
        {result("", "ää€😀ö")},
        R"({"includeFrontMatter":false,"includeToolCalls":true,"truncateToolResults":)" +
            std::to_string(characters) + "}");
  };
  CHECK_THAT(cut_at(4), Catch::Contains("```\nää€😀\n```\n\n(the first 4 of 5 characters)\n\n"));
  CHECK_THAT(cut_at(5), Catch::Contains("```\nää€😀ö\n```\n\n</details>"));
  CHECK_THAT(cut_at(0), Catch::Contains("```\nää€😀ö\n```\n\n</details>"));
}

TEST_CASE("input that is nested without end stays linear in size", "[sinks]") {
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  CHECK(markdown({call("a", "t").input(deep)}, kAll).size() < 2 * deep.size());
}

TEST_CASE("a decision shows key, prompt, options and, by its id, the answer", "[sinks]") {
  CHECK(
      markdown({Told(KATO_ASSISTANT_DECISION_PROMPT, "Which one?")
                    .decision("d1", "colour")
                    .option("red", "like\nblood")
                    .option("blue"),
                Told(KATO_ASSISTANT_DECISION_PROMPT, "First line\n- second").decision("d2", "plan"),
                Told(KATO_USER_DECISION_RESPONSE).decision("d2").wrote("no\nno"),
                Told(KATO_USER_DECISION_RESPONSE)
                    .decision("d1")
                    .chose("red")
                    .chose("blue")
                    .wrote("both"),
                Told(KATO_USER_DECISION_RESPONSE).decision("d9")}) ==
      "# Assistant\n\n**Decision [colour]:** Which one?\n\n- red: like blood\n- blue\n\n"
      "**Decision [plan]:**\n\nFirst line\n- second\n\n"
      "**Answer [plan]:**\n\nno\nno\n\n"
      "**Answer [colour]:** red, blue — both\n\n**Answer:** (none)\n");
}

TEST_CASE("a revised event appears again under its mark", "[sinks]") {
  CHECK(markdown({assistant("good"), assistant("better").revised(), result("", "out").revised()},
                 kAll) ==
        "# gpt-5\n\ngood\n\n*(revised)*\n\nbetter\n\n"
        "<details>\n<summary>Tool result (revised)</summary>\n\n```\nout\n```\n\n</details>\n");
}

TEST_CASE("system events are shown on demand, reports of the provider as quotes", "[sinks]") {
  CHECK(
      markdown(
          {user("x"),
           Told(KATO_PROVIDER_INFO, "first\n\nsecond").subtype("api-error").level(KATO_LEVEL_ERROR),
           Told(KATO_PROVIDER_INFO).subtype("interruption"),
           Told(KATO_SYSTEM_MESSAGE, "injected").subtype("reminder")},
          kAll) ==
      "# User\n\nx\n\n> [api-error, error] first\n>\n> second\n\n> [interruption]\n\n"
      "# System\n\ninjected\n");
}

TEST_CASE("attachments are described below the text, or alone", "[sinks]") {
  CHECK(markdown({user("See").attached("image/png", "a\nb.png", 12),
                  user("").attached("image/jpeg"), user("").attached("")}) ==
        "# User\n\nSee\n\n- Attachment: a b.png, image/png, 12 bytes\n\n"
        "- Attachment: image/jpeg\n\n- Attachment:\n");
}
