// What the model of Gemini CLI said, called and asked.
#include "plugins/gemini/choices.h"
#include "tests/support/catch.h"
#include "tests/unit/gemini_rig.h"

using namespace kato;
using test::decode_journal;
using Lines = std::vector<std::string>;

namespace {

std::string reply(const std::string& more, const std::string& content = "\"\"") {
  return R"({"id":"g","timestamp":"2026-11-20T10:00:00Z","type":"gemini","content":)" + content +
         R"(,"model":"m")" + more + "}";
}

std::string call(const std::string& more, const std::string& name = "ls") {
  return R"({"id":"c1","name":")" + name + R"(","args":{"a":1})" + more + "}";
}

std::string with_call(const std::string& more, const std::string& name = "ls") {
  return reply(R"(,"toolCalls":[)" + call(more, name) + "]");
}

}  // namespace

TEST_CASE("thoughts come before the text, and the cost comes last", "[gemini]") {
  CHECK(
      decode_journal({reply(
          R"(,"thoughts":[{"subject":"S","description":"D"},{"description":"E"}],"tokens":{"total":3})",
          R"("Text.")")}) == Lines{"assistant.thinking thought/0|S: D",
                                   "assistant.thinking thought/1|E",
                                   "assistant.message+ text|Text.",
                                   R"(provider.info tokens| is=token-usage data={"total":3})"});
}

TEST_CASE("a reply that says nothing gives nothing", "[gemini]") {
  test::GeminiSource source(test::GeminiSource::Form::kJournal);
  CHECK(source.decode(reply(R"(,"thoughts":[],"tokens":null)") + "\n").empty());
  CHECK(source.records() == Lines{"ignored gemini empty-message"});
}

TEST_CASE("a call is stated at once, its result when it is there", "[gemini]") {
  const std::string said = R"(assistant.tool.call call| tool=ls call=c1 in={"a":1})";
  CHECK(decode_journal({with_call(R"(,"status":"executing")")}) == Lines{said});
  CHECK(
      decode_journal({with_call(
          R"(,"status":"success","result":[{"functionResponse":{"response":{"output":"x"}}}])")}) ==
      Lines{said, "assistant.tool.result result|x call=c1"});
  CHECK(decode_journal({with_call(R"(,"result":"plain")")}) ==
        Lines{said, "assistant.tool.result result|plain call=c1"});
  CHECK(
      decode_journal({with_call(R"(,"status":"success","result":null,"resultDisplay":"seen")")}) ==
      Lines{said, "assistant.tool.result result|seen call=c1"});
}

TEST_CASE("what failed or was cancelled is an error", "[gemini]") {
  const auto failed = [](const std::string& more) {
    return decode_journal({with_call(more)}).at(1);
  };
  CHECK(
      failed(R"(,"status":"error","result":[{"functionResponse":{"response":{"error":"no"}}}])") ==
      "assistant.tool.result result|no call=c1 failed");
  CHECK(failed(R"(,"status":"cancelled")") == "assistant.tool.result result| call=c1 failed");
}

TEST_CASE("output that is no text is told as the log has it", "[gemini]") {
  CHECK(
      decode_journal(
          {with_call(R"(,"result":[{"functionResponse":{"response":{"rows":[1,2]}}},"and more"])")})
          .at(1) == "assistant.tool.result result|{\"rows\":[1,2]}\nand more call=c1");
}

TEST_CASE("what was shown is the result where nothing else is, unless the tool is running",
          "[gemini]") {
  const auto shown = [](const std::string& more) { return decode_journal({with_call(more)}); };
  CHECK(shown(R"(,"resultDisplay":"seen")").at(1) == "assistant.tool.result result|seen call=c1");
  CHECK(shown(R"(,"status":"success","resultDisplay":{"fileDiff":"-a +b"})").at(1) ==
        "assistant.tool.result result|-a +b call=c1");
  CHECK(shown(R"(,"status":"success","resultDisplay":{"todos":[]})").at(1) ==
        R"(assistant.tool.result result|{"todos":[]} call=c1)");
  CHECK(shown(R"(,"status":"executing","resultDisplay":"so far")").size() == 1);
}

TEST_CASE("a masked result says so", "[gemini]") {
  CHECK(decode_journal({with_call(R"(,"result":"<tool_output_masked>\nx")")})
            .at(1)
            .ends_with("shortened"));
}

TEST_CASE("the manual of a tool is no description of the call", "[gemini]") {
  CHECK(decode_journal({with_call(R"(,"description":"lists here")")})
            .at(0)
            .ends_with("about=lists here"));
  CHECK_FALSE(
      decode_journal({with_call(R"(,"description":"One line.\nAnother.")")}).at(0).find("about") !=
      std::string::npos);
}

TEST_CASE("a result that comes again as a user's turn is told once", "[gemini]") {
  const std::string response =
      R"({"id":"u","timestamp":"2026-11-20T10:00:01Z","type":"user","content":)"
      R"([{"functionResponse":{"id":"c1","name":"ls","response":{"output":"x"}}}]})";
  test::GeminiSource source(test::GeminiSource::Form::kJournal);
  const std::string first = with_call(R"(,"result":"x")") + "\n";
  source.decode(first);
  source.reopen();
  CHECK(source.decode(response + "\n").empty());
  CHECK(source.records() == Lines{"ignored user duplicate-result"});
  // Alone, it is all there is.
  test::GeminiSource other(test::GeminiSource::Form::kJournal);
  CHECK(other.decode(response + "\n") == Lines{"assistant.tool.result result|x call=c1"});
  CHECK(other.keys() == Lines{"call/c1"});
}

TEST_CASE("calls within the content are those of the list", "[gemini]") {
  CHECK(decode_journal({reply(R"(,"toolCalls":[)" + call("") + "]",
                              R"([{"functionCall":{"id":"c1","name":"ls","args":{"a":1}}},)"
                              R"({"functionCall":{"name":"ls","args":{}}}])")}) ==
        Lines{R"(assistant.tool.call call| tool=ls call=c1 in={"a":1})"});
  CHECK(decode_journal({reply("", R"([{"functionCall":{"name":"ls","args":{}}}])")}) ==
        Lines{"assistant.tool.call call/0| tool=ls call=g/0 in={}"});
}

TEST_CASE("what the client says in the model's name is not the model's", "[gemini]") {
  test::GeminiSource source(test::GeminiSource::Form::kJournal);
  CHECK(
      source
          .decode(
              R"({"id":"g","type":"gemini","content":[{"text":"Binary content received. Proceeding with analysis.","thought":true}]})"
              "\n")
          .empty());
  CHECK(source.records() == Lines{"ignored gemini client-words"});
}

TEST_CASE("lists and contents of unknown form are raw, beside what is known", "[gemini]") {
  CHECK(decode_journal({reply(R"(,"toolCalls":{"x":1},"thoughts":"deep")", R"("Text.")")}) ==
        Lines{"assistant.message+ text|Text.", "provider.raw raw/0| raw=gemini/thoughts",
              "provider.raw raw/1| raw=gemini/toolCalls"});
  CHECK(decode_journal({reply("", R"([{"executableCode":{}}])")}) ==
        Lines{"provider.raw raw/0| raw=gemini/executableCode"});
}

TEST_CASE("a question is asked with its options and answered by choice and in words", "[gemini]") {
  const auto lines = decode_journal({reply(
      R"(,"toolCalls":[{"id":"q","name":"ask_user","args":{"questions":[)"
      R"({"question":"Which?","header":"H","multiSelect":true,"options":[{"label":"A"},{"label":"A, B"}]},)"
      R"({"question":"Sure?","header":"S","type":"yesno"}]},"status":"success",)"
      R"("result":"{\"answers\":{\"0\":\"A, B, A, both\",\"1\":\"Yes\"}}"}])")});
  REQUIRE(lines.size() == 6);
  CHECK(
      lines[1] ==
      "assistant.decision.prompt decision/0|Which? call=q decision=q/0 key=H option=A option=A, B");
  CHECK(
      lines[2] ==
      "assistant.decision.prompt decision/1|Sure? call=q decision=q/1 key=S option=Yes option=No");
  CHECK(lines[4] ==
        "user.decision.response answer/0| call=q decision=q/0 chose=A, B chose=A freely=both");
  CHECK(lines[5] == "user.decision.response answer/1| call=q decision=q/1 chose=Yes");
}

TEST_CASE("a question that was dismissed has no answer, a refused one was never asked",
          "[gemini]") {
  const std::string asked =
      R"(,"toolCalls":[{"id":"q","name":"ask_user","args":{"questions":[{"question":"Which?"}]},)";
  CHECK(decode_journal({reply(asked + R"("result":"User dismissed ask_user dialog."}])")}).size() ==
        3);
  CHECK(decode_journal({reply(asked + R"("status":"error","result":"denied"}])")}).size() == 2);
}

TEST_CASE("a plan is approved or rejected by a person, or by nobody", "[gemini]") {
  const auto plan = [](const std::string& result) {
    return decode_journal(
        {with_call(R"(,"status":"success","result":")" + result + "\"", "exit_plan_mode")});
  };
  CHECK(plan("Plan approved. Switching to Default mode.").at(3) ==
        "user.decision.response answer| call=c1 decision=c1 chose=approved");
  CHECK(plan(R"(Plan rejected. User feedback: Less.\n\nThe plan is stored at: x)").at(3) ==
        "user.decision.response answer| call=c1 decision=c1 chose=rejected freely=Less.");
  CHECK(plan("User cancelled the plan approval dialog. The plan").size() == 3);
  CHECK(plan("Plan approved. Switching to YOLO mode (all)").size() == 2);
  CHECK(plan("Plan file does not exist").size() == 2);
}

TEST_CASE("an answer is split at labels that may contain the separator", "[gemini]") {
  const std::vector<sdk::Option> options = {{"A", {}}, {"A, B", {}}, {"C", {}}};
  std::vector<std::string_view> chosen;
  CHECK(gemini::split_answer("C", options, false, chosen).empty());
  CHECK(chosen == std::vector<std::string_view>{"C"});
  chosen.clear();
  CHECK(gemini::split_answer("C, really", options, false, chosen) == "C, really");
  CHECK(chosen.empty());
  CHECK(gemini::split_answer("C, A, B, Cello", options, true, chosen) == "Cello");
  CHECK(chosen == std::vector<std::string_view>{"C", "A, B"});
}

TEST_CASE("notices have a subtype that says what they are", "[gemini]") {
  const auto notice = [](const std::string& type, const std::string& content) {
    return decode_journal({R"({"id":"i","type":")" + type + R"(","content":)" + content + "}"});
  };
  CHECK(notice("info", R"("Update!")") == Lines{"provider.info text|Update! is=notice"});
  CHECK(notice("info", R"("Request cancelled.")") ==
        Lines{"provider.info text|Request cancelled. is=interruption"});
  CHECK(notice("warning", R"("Slow.")") == Lines{"provider.info text|Slow. is=warning"});
  CHECK(notice("error", R"("[API Error: quota]")") ==
        Lines{"provider.info text|[API Error: quota] is=api-error"});
  CHECK(notice("error", R"("No such command.")") ==
        Lines{"provider.info text|No such command. is=error"});
  CHECK(notice("info", R"([{"inlineData":{"mimeType":"image/png","data":"AAAA"}}])") ==
        Lines{"provider.info text|image/png is=binary-content"});
  CHECK(notice("info", R"("")").empty());
}
