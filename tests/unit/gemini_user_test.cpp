// Who wrote what stands in a user's turn of Gemini CLI.
#include "plugins/gemini/user_text.h"
#include "tests/support/catch.h"
#include "tests/unit/gemini_rig.h"

using namespace kato;
using namespace kato::gemini;
using test::decode_journal;
using Lines = std::vector<std::string>;

namespace {

std::vector<Piece> split(std::string_view text) {
  std::vector<Piece> pieces;
  UserTextSplitter().split(text, pieces);
  return pieces;
}

// A user's turn with these parts, as JSON.
std::string turn(const std::string& parts, const std::string& more = "") {
  return R"({"id":"u","timestamp":"2026-11-20T10:00:00Z","type":"user","content":)" + parts + more +
         "}";
}

}  // namespace

TEST_CASE("what a person typed is one message, whatever its form", "[gemini]") {
  const Lines expected = {"user.message+ text|Hello there."};
  CHECK(decode_journal({turn(R"("Hello there.")")}) == expected);
  CHECK(decode_journal({turn(R"({"text":"Hello there."})")}) == expected);
  CHECK(decode_journal({turn(R"([{"text":"Hello "},"there."])")}) == expected);
}

TEST_CASE("a blank turn says nothing, and that is on the account", "[gemini]") {
  test::GeminiSource source(test::GeminiSource::Form::kJournal);
  CHECK(source.decode(turn(R"([{"text":" \n"}])") + "\n").empty());
  CHECK(source.records() == Lines{"ignored user empty-message"});
}

TEST_CASE("texts of the client in a user's turn are told apart from the person's", "[gemini]") {
  const std::vector<std::pair<std::string_view, std::string_view>> texts = {
      {"<session_context>\nx\n</session_context>", kSessionContext},
      {"This is the Gemini CLI. We are setting up the context for our chat.\nx", kSessionContext},
      {"- **Workspace Directories:**\n  - /x", kSessionContext},
      {"<hook_context>x</hook_context>", kHookContext},
      {"<hook_context>never closed", kHookContext},
      {"Here is the user's editor context as a JSON object. This is", kEditorContext},
      {"Here is a summary of changes in the user's editor context, in JSON", kEditorContext},
      {"System: Please continue.", kClientNudge},
      {"System: Potential loop detected. Details: x", kClientNudge},
      {"[System: You previously returned an empty response]", kClientNudge},
      {"<state_snapshot>x</state_snapshot>", kCompactionSummary},
      {"<scratchpad>x</scratchpad>\n<state_snapshot>", kCompactionSummary},
      {"User has manually exited Plan Mode. Switching to x.", kPlanMode},
      {"Background execution update:\n<background_output>\nx", kBackgroundOutput},
      {"[Background command completed successfully. Output saved to x]", kBackgroundOutput},
      {"--- Content from referenced files ---\nx", kReferencedFiles},
  };
  for (const auto& [text, subtype] : texts) {
    INFO(text);
    const auto pieces = split(text);
    REQUIRE(pieces.size() == 1);
    CHECK(pieces[0].kind == PieceKind::kSystem);
    CHECK(pieces[0].subtype == subtype);
  }
}

TEST_CASE("words that only look like the client's stay the person's", "[gemini]") {
  for (const auto* text :
       {"What is <hook_context> for?", "Please continue.", "System of a meadow",
        "see --- Content from referenced files --- in the middle of a line",
        "I ran the following shell command: ls", "Read <session_context> to me"}) {
    INFO(text);
    const auto pieces = split(text);
    REQUIRE(pieces.size() == 1);
    CHECK(pieces[0].kind == PieceKind::kTyped);
    CHECK(pieces[0].text == text);
  }
}

TEST_CASE("a context in front of a prompt and a hook behind it come off", "[gemini]") {
  const auto pieces =
      split("<session_context>a</session_context>\nDo it.\n<hook_context>b</hook_context>\n");
  REQUIRE(pieces.size() == 3);
  CHECK(pieces[1].text == "\nDo it.\n");
  CHECK(pieces[2].subtype == kHookContext);
}

TEST_CASE("files that were read in stop where their end stands, in a later part too", "[gemini]") {
  const auto lines = decode_journal(
      {turn(R"([{"text":"Compare @a"},{"text":"\n--- Content from referenced files ---"},)"
            R"({"text":"\nContent from @a:\n::start x\n"},{"text":"\n--- End of content ---"},)"
            R"({"text":"with b."}])")});
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == "user.message+ text|Compare @awith b.");
  CHECK(lines[1].ends_with("is=referenced-files"));
}

TEST_CASE("a shell line is what was typed; what it printed is not", "[gemini]") {
  const auto lines = decode_journal(
      {turn(R"([{"text":"I ran the following shell command:\n```sh\necho \\`x\\` C:\\\\y\n```)"
            R"(\n\nThis produced the following result:\n```\n::stop\n```"}])")});
  CHECK(lines == Lines{"user.message+ text|!echo `x` C:\\y",
                       "system.message system/0|::stop is=shell-output"});
}

TEST_CASE("a hint given while the model works is the person's", "[gemini]") {
  const auto lines = decode_journal({turn(
      R"([{"text":"User steering update:\n<user_input>\nuse blue\n</user_input>\nInternal"}])")});
  CHECK(lines == Lines{"user.message+ text|use blue"});
}

TEST_CASE("what was displayed is what was typed; the rest of the content is the client's",
          "[gemini]") {
  CHECK(decode_journal(
            {turn(R"([{"text":"A long prompt."}])", R"(,"displayContent":[{"text":"/short"}])")}) ==
        Lines{"user.message+ text|/short",
              "system.message system/0|A long prompt. is=expanded-prompt"});
  CHECK(decode_journal({turn(R"([{"text":"typed and more"}])", R"(,"displayContent":"typed")")}) ==
        Lines{"user.message+ text|typed", "system.message system/0| and more is=expanded-prompt"});
  CHECK(decode_journal({turn(R"([{"text":"same"}])", R"(,"displayContent":"same")")}) ==
        Lines{"user.message+ text|same"});
}

TEST_CASE("a nudge repeats the display of the last prompt, which is not said again", "[gemini]") {
  const Lines expected = {"system.message system/0|Please continue. is=client-nudge"};
  CHECK(decode_journal({turn(R"("Please continue.")", R"(,"displayContent":"first prompt")")}) ==
        expected);
  CHECK(decode_journal({turn(R"("Please continue.")",
                             R"(,"displayContent":[{"functionResponse":{}}])")}) == expected);
}

TEST_CASE("pictures are described and never copied", "[gemini]") {
  CHECK(decode_journal(
            {turn(R"([{"text":"See"},{"inlineData":{"mimeType":"image/png","data":"AAAABBA="}},)"
                  R"({"fileData":{"mimeType":"video/mp4","fileUri":"f"}}])")}) ==
        Lines{"user.message+ text|See with=image/png:5 with=video/mp4:18446744073709551615"});
  CHECK(decode_journal({turn(R"([{"inlineData":{"mimeType":"image/png","data":"AAAA"}}])")}) ==
        Lines{"user.message+ text| with=image/png:3"});
}

TEST_CASE("a tool's output written as text is a result, and nobody's words", "[gemini]") {
  CHECK(decode_journal({turn(R"("[Function Response: grep]::stop\n")")}) ==
        Lines{"assistant.tool.result result/0|::stop\n tool=grep call=u/0"});
}

TEST_CASE("outputs of several tools in one text are results apart", "[gemini]") {
  const Lines expected = {"assistant.tool.result result/0| tool=a call=u/0",
                          "assistant.tool.result result/1|it is dry tool=b call=u/1"};
  CHECK(decode_journal({turn(R"("[Function Response: a][Function Response: b]it is dry")")}) ==
        expected);
}

TEST_CASE("a prompt behind what the editor shows is the person's", "[gemini]") {
  const auto pieces = split(
      "Here is the user's editor context as a JSON object. For your information "
      "only.\n```json\n{\"a\":1}\n```\nWeed the bed.");
  REQUIRE(pieces.size() == 2);
  CHECK(pieces[0].subtype == kEditorContext);
  CHECK(pieces[1].kind == PieceKind::kTyped);
  CHECK(pieces[1].text == "Weed the bed.");
}

TEST_CASE("in a sub-agent nobody types", "[gemini]") {
  test::GeminiSource source(test::GeminiSource::Form::kJournal, KATO_PARENT_SPAWNED);
  CHECK(source.decode(turn(R"("Count them.\n::stop")") + "\n") ==
        Lines{"system.message system/0|Count them.\n::stop is=agent-prompt"});
}

TEST_CASE("parts and contents of unknown form are raw, beside what is known", "[gemini]") {
  CHECK(decode_journal({turn(R"([{"text":"See"},{"cube":{}}])")}) ==
        Lines{"provider.raw raw/0| raw=user/cube", "user.message+ text|See"});
  CHECK(decode_journal({turn("17")}) == Lines{"provider.raw raw/0| raw=user/part"});
}

TEST_CASE("a hook's words are taken out of a person's wherever they stand on their own",
          "[gemini]") {
  const Lines expected = {"user.message+ text|Sow peas.\n\nNow.",
                          "system.message system/0|<hook_context>x</hook_context> is=hook-context"};
  CHECK(decode_journal({turn(R"("Sow peas.\n<hook_context>x</hook_context>\nNow.")")}) == expected);
  CHECK(split("Sow. <hook_context>a</hook_context>\n<hook_context>b</hook_context>\n").size() == 3);
  const auto quoted = split("What is <hook_context>x</hook_context> for?");
  REQUIRE(quoted.size() == 1);
  CHECK(quoted[0].kind == PieceKind::kTyped);
}

TEST_CASE("a file's own line that looks like the end of files ends nothing", "[gemini]") {
  std::vector<Piece> pieces;
  UserTextSplitter splitter;
  for (const std::string_view part :
       {"See @log", "\n--- Content from referenced files ---", "\nContent from @log:\n",
        "x\n--- End of content ---\n::start\ny --- End of content --- z",
        "\n--- End of content ---", "<hook_context>h</hook_context>"}) {
    splitter.split(part, pieces);
  }
  std::string typed;
  for (const auto& piece : pieces) {
    if (piece.kind == PieceKind::kTyped) typed += piece.text;
  }
  CHECK(typed == "See @log");
  CHECK(pieces.back().subtype == kHookContext);
}

TEST_CASE("command lines that are not displayed are the person's if nothing else differs",
          "[gemini]") {
  CHECK(decode_journal(
            {turn(R"("Sow peas.\n::capture notes.md\n")", R"(,"displayContent":"Sow peas.")")}) ==
        Lines{"user.message+ text|Sow peas.\n::capture notes.md"});
  CHECK(decode_journal({turn(R"("Sow peas in rows.\n::capture notes.md")",
                             R"(,"displayContent":"/sow peas")")}) ==
        Lines{"user.message+ text|/sow peas",
              "system.message system/0|Sow peas in rows.\n::capture notes.md is=expanded-prompt"});
}
