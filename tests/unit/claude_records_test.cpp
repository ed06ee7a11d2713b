// Tools, decisions, thinking, bookkeeping, and lines that nobody knows.
#include "claude_rig.h"
#include "tests/support/catch.h"

using namespace claude_test;
using Texts = std::vector<std::string>;

TEST_CASE("parallel tools keep their ids, a failure its mark", "[claude][quick]") {
  const auto result = decode(
      assistant("a1", R"([{"type":"tool_use","id":"t1","name":"Bash","input":{"command":"ls",)"
                      R"("description":"List"}}])") +
      assistant("a2", R"([{"type":"tool_use","id":"t2","name":"Read","input":{"path":"x"}}])") +
      user("u2", R"([{"type":"tool_result","tool_use_id":"t2","is_error":true,)"
                 R"("content":"The user doesn't want to proceed with this tool use."}])") +
      user("u1", R"([{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text",)"
                 R"("text":"a"},{"type":"text","text":"b"}]}])"));
  REQUIRE(result.events.size() == 4);
  CHECK(result.events[0].tool == "Bash");
  CHECK(result.events[0].input == R"({"command":"ls","description":"List"})");
  CHECK(result.events[0].part == "call/t1");
  CHECK(result.events[2].call == "t2");
  CHECK(result.events[2].payload_flags == KATO_PAYLOAD_IS_ERROR);
  CHECK(result.events[3].text == "a\n\nb");
}

TEST_CASE("thinking in clear is an event, a signature alone is not", "[claude][quick]") {
  const auto result =
      decode(assistant("a1", R"([{"type":"thinking","thinking":"Hm.","signature":"x"}])") +
             assistant("a2", R"([{"type":"thinking","thinking":"","signature":"x"}])") +
             assistant("a3", R"([{"type":"redacted_thinking","data":"x"}])"));
  CHECK(result.texts(KATO_ASSISTANT_THINKING) == Texts{"Hm."});
  CHECK(result.accounts[1].reason == "empty");
  CHECK(result.notes() == Texts{"redacted-thinking: "});
}

TEST_CASE("tokens are counted once for a message, and again only if they changed",
          "[claude][quick]") {
  const auto part = [](std::string_view uuid, std::string_view output) {
    return line("assistant", uuid,
                R"(,"message":{"id":"m1","model":"m","content":[{"type":"text","text":"x"}],)"
                R"("usage":{"output_tokens":)" +
                    std::string(output) + "}}");
  };
  const auto result = decode(part("a1", "1") + part("a2", "1") + part("a3", "9") + part("a4", "9"));
  const auto counts = result.of(KATO_PROVIDER_INFO);
  REQUIRE(counts.size() == 2);
  CHECK(counts[0].key == "m1");
  CHECK(counts[0].part == "usage");
  CHECK(counts[1].key == "m1");
  CHECK(counts[1].data == R"({"output_tokens":9})");
  // Not a revision: the host would have to remember what every message said.
  CHECK(counts[1].part != "usage");
  CHECK((counts[1].flags & KATO_DRAFT_REVISABLE) == 0);
}

TEST_CASE("a sub-agent's tokens are counted as its parent's are", "[claude][quick]") {
  const auto part = [](std::string_view uuid, std::string_view output) {
    auto text = line(
        "assistant", uuid,
        R"(,"message":{"id":"m1","model":"m","content":[{"type":"text","text":"x"}],"usage":{"output_tokens":)" +
            std::string(output) + "}}");
    return text.replace(text.find("false"), 5, "true");
  };
  auto rig = Rig::agent(part("a1", "1") + part("a2", "9"), "parent");
  const auto counts = rig.decode().of(KATO_PROVIDER_INFO);
  REQUIRE(counts.size() == 2);
  CHECK(counts[0].part == "usage");
  CHECK(counts[1].part != "usage");
}

TEST_CASE("a question has its options, and its answer names them", "[claude][quick]") {
  const std::string questions =
      R"([{"question":"Which \"one\"?","header":"Pick","multiSelect":false,"options":[)"
      R"({"label":"A","description":"first"},{"label":"B"}]},)"
      R"({"question":"More?","header":"More","multiSelect":true,"options":[)"
      R"({"label":"x, y"},{"label":"x"},{"label":"z"}]},{"question":"Own?","options":[]}])";
  const auto result = decode(
      assistant("a1", R"([{"type":"tool_use","id":"t1","name":"AskUserQuestion","input":)"
                      R"({"questions":)" +
                          questions + "}}]") +
      user("u1", R"([{"type":"tool_result","tool_use_id":"t1","content":"answered"}])",
           R"(,"toolUseResult":{"questions":)" + questions +
               R"(,"answers":{"Which \"one\"?":"B","More?":"x, y, z, mine","Own?":"free"}})"));
  const auto prompts = result.of(KATO_ASSISTANT_DECISION_PROMPT);
  REQUIRE(prompts.size() == 3);
  CHECK(prompts[0].text == "Which \"one\"?");
  CHECK(prompts[0].options == Texts{"A", "B"});
  CHECK(prompts[1].payload_flags == KATO_PAYLOAD_MULTI_SELECT);
  const auto answers = result.of(KATO_USER_DECISION_RESPONSE);
  REQUIRE(answers.size() == 3);
  for (size_t i = 0; i < 3; ++i) {
    CHECK(answers[i].decision == prompts[i].decision);
  }
  CHECK(answers[0].selections == Texts{"B"});
  CHECK(answers[1].selections == Texts{"x, y", "z"});
  CHECK(answers[1].free_text == "mine");
  CHECK(answers[2].free_text == "free");
}

TEST_CASE("a plan is a question that is approved or rejected", "[claude][quick]") {
  const auto ask = [](std::string_view call) {
    return assistant("a" + std::string(call),
                     R"([{"type":"tool_use","id":")" + std::string(call) +
                         R"(","name":"ExitPlanMode","input":{"plan":"# Plan"}}])");
  };
  const auto result =
      decode(ask("t1") +
             user("u1", R"([{"type":"tool_result","tool_use_id":"t1","content":"approved"}])") +
             ask("t2") +
             user("u2", R"([{"type":"tool_result","tool_use_id":"t2","is_error":true,)"
                        R"("content":"The user doesn't want to proceed with this tool use."}])") +
             user("u3", R"([{"type":"tool_result","tool_use_id":"t2","content":"again"}])"));
  CHECK(result.texts(KATO_ASSISTANT_DECISION_PROMPT) == Texts{"# Plan", "# Plan"});
  const auto answers = result.of(KATO_USER_DECISION_RESPONSE);
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].selections == Texts{"approved"});
  CHECK(answers[1].selections == Texts{"rejected"});
}

TEST_CASE("names and settings are news only when they change", "[claude][quick]") {
  const std::string title = R"({"type":"ai-title","aiTitle":"One","sessionId":"s1"})"
                            "\n";
  const std::string mode = R"({"type":"permission-mode","permissionMode":"plan"})"
                           "\n";
  const auto result = decode(title + mode + title + mode +
                             R"({"type":"ai-title","aiTitle":"Two"})"
                             "\n");
  CHECK(result.notes() == Texts{"title: One", "permission-mode: plan", "title: Two"});
  CHECK(result.accounts[2].reason == "unchanged");
}

TEST_CASE("a summary at the head of a log is no title of it", "[claude][quick]") {
  const auto result = decode(R"({"type":"summary","summary":"Another","leafUuid":"x"})"
                             "\n" +
                             user("u1", R"("hi")") +
                             R"({"type":"summary","summary":"This","leafUuid":"u1"})"
                             "\n");
  CHECK(result.notes() == Texts{"summary: Another", "title: This"});
}

TEST_CASE("what is unknown is raw and disturbs nobody", "[claude][quick]") {
  const auto result =
      decode(user("u1", R"("hi")") + line("hologram", "h1", R"(,"x":1)") +
             R"({"no":"type"})"
             "\n" +
             assistant("a1", R"([{"type":"text","text":"Hi"},{"type":"smell","x":1}])") +
             line("system", "x1", R"(,"subtype":"brand_new","content":"?")") +
             line("attachment", "x2", R"(,"attachment":{"type":"brand_new"})") + "{broken\n" +
             line("user", "u9", R"(,"message":7)") + user("u2", R"("bye")"));
  CHECK(result.texts(KATO_USER_MESSAGE) == Texts{"hi", "bye"});
  CHECK(result.texts(KATO_ASSISTANT_MESSAGE) == Texts{"Hi"});
  std::vector<int32_t> outcomes;
  outcomes.reserve(result.accounts.size());
  for (const auto& account : result.accounts) {
    outcomes.push_back(account.outcome);
  }
  CHECK(outcomes == std::vector<int32_t>{KATO_RECORD_MAPPED, KATO_RECORD_RAW, KATO_RECORD_RAW,
                                         KATO_RECORD_RAW, KATO_RECORD_RAW, KATO_RECORD_RAW,
                                         KATO_RECORD_MALFORMED, KATO_RECORD_RAW,
                                         KATO_RECORD_MAPPED});
}

TEST_CASE("copies of messages in bookkeeping lines are not messages", "[claude][quick]") {
  const auto result = decode(
      R"({"type":"api-request-blob","message":{"role":"user","content":"::start"}})"
      "\n"
      R"({"type":"last-prompt","lastPrompt":"::start"})"
      "\n"
      R"({"type":"progress","data":{"type":"agent_progress","message":{"role":"user"}},"uuid":"p"})"
      "\n");
  CHECK(result.events.empty());
  CHECK(result.accounts[0].reason == "api-bookkeeping");
  CHECK(result.accounts[1].reason == "copy-of-prompt");
  CHECK(result.accounts[2].reason == "progress");
}

TEST_CASE("lines of another session are marked as inherited", "[claude][quick]") {
  const std::string foreign =
      R"({"type":"user","uuid":"u0","sessionId":"older","message":{"content":"old"}})"
      "\n";
  const auto result =
      decode(foreign + user("u1", R"("copied")", R"(,"forkedFrom":{"sessionId":"s0"})") +
             user("u2", R"("new")") +
             R"({"type":"user","uuid":"u3","sessionId":"younger","message":{"content":"next"}})"
             "\n");
  REQUIRE(result.events.size() == 4);
  CHECK(result.events[0].flags == KATO_DRAFT_INHERITED);
  CHECK(result.events[1].flags == KATO_DRAFT_INHERITED);
  CHECK(result.events[2].flags == 0);
  CHECK(result.events[3].flags == 0);
}

TEST_CASE("a question may be answered by its header, or not at all", "[claude][quick]") {
  const auto result = decode(
      user("u1", R"([{"type":"tool_result","tool_use_id":"t1","content":"answered"}])",
           R"(,"toolUseResult":{"questions":[{"question":"Which?","header":"Bed",)"
           R"("options":[{"label":"A"}]},{"question":"When?","header":"Time","options":[]}],)"
           R"x("answers":{"Bed":"A","When?":"(No answer provided)"}})x"));
  const auto answers = result.of(KATO_USER_DECISION_RESPONSE);
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].decision == "t1/0");
  CHECK(answers[0].selections == Texts{"A"});
}

TEST_CASE("results of tools at the model's side say what was found", "[claude][quick]") {
  const auto result = decode(assistant(
      "a1",
      R"([{"type":"web_search_tool_result","tool_use_id":"s1","content":[{"type":"web_search_result",)"
      R"("title":"Peas","url":"https://peas.example","encrypted_content":"x"}]},)"
      R"({"type":"web_search_tool_result","tool_use_id":"s2","content":)"
      R"({"type":"web_search_tool_result_error","error_code":"max_uses"}}])"));
  CHECK(result.texts(KATO_ASSISTANT_TOOL_RESULT) ==
        Texts{"Peas <https://peas.example>", "[web_search_tool_result_error: max_uses]"});
}

TEST_CASE("what is older than the head of the log was copied from another one", "[claude][quick]") {
  const auto at = [](std::string text, std::string_view time) {
    const std::string_view usual = "2026-11-22T08:00:00.000Z";
    return text.replace(text.find(usual), usual.size(), time);
  };
  const std::string head =
      R"({"type":"queue-operation","operation":"dequeue","timestamp":"2026-11-22T08:00:05.000Z",)"
      R"("sessionId":"s1"})"
      "\n";
  const auto result = decode(head +
                             at(line("attachment", "h1", R"(,"attachment":{"type":"auto_mode"})"),
                                "2026-11-22T08:00:03.000Z") +
                             at(user("u1", R"("old\n::stop")"), "2026-11-22T08:00:01.000Z") +
                             at(line("attachment", "h2", R"(,"attachment":{"type":"plan_mode"})"),
                                "2026-11-22T08:00:02.000Z") +
                             at(user("u2", R"("new")"), "2026-11-22T08:00:05.100Z") +
                             at(user("u3", R"("late")"), "2026-11-22T08:00:04.000Z"));
  REQUIRE(result.events.size() == 5);
  const std::vector<bool> inherited = {false, true, true, false, false};
  for (size_t i = 0; i < inherited.size(); ++i) {
    INFO(i);
    CHECK(((result.events[i].flags & KATO_DRAFT_INHERITED) != 0) == inherited[i]);
  }
}
