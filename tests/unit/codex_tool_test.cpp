// Tools, questions and what happens around turns in a Codex log.
#include "codex_rig.h"
#include "tests/support/catch.h"

using kato::codex::Session;
using kato::test::decode;
using kato::test::LogText;
using Texts = std::vector<std::string>;

namespace {

const Session kThread{"thread-1", false};

// The result of a call whose output is `output`, a JSON value.
kato::test::Told result_of(std::string_view output) {
  LogText log;
  log.item(R"({"type":"function_call_output","call_id":"c","output":)" + std::string(output) + "}");
  const auto story = decode(log.text(), kThread);
  REQUIRE(story.told.size() == 1);
  return story.told[0];
}

bool failed(const kato::test::Told& told) {
  return (told.payload_flags & KATO_PAYLOAD_IS_ERROR) != 0;
}

}  // namespace

TEST_CASE("arguments are handed on as JSON, also if they are none", "[codex][quick]") {
  LogText log;
  log.item(
      R"({"type":"function_call","name":"run","namespace":"shop","arguments":"{\"a\":[1, 2]}","call_id":"c1"})");
  log.item(R"({"type":"function_call","name":"run","arguments":"{\"a\":","call_id":"c2"})");
  const auto calls = decode(log.text(), kThread).told;
  REQUIRE(calls.size() == 2);
  CHECK(calls[0].name == "shop.run");
  CHECK(calls[0].input == R"({"a":[1, 2]})");
  CHECK(calls[0].call == "c1");
  CHECK(calls[1].input == R"("{\"a\":")");
}

TEST_CASE("exit codes tell whether a tool failed", "[codex][quick]") {
  const auto old = result_of(R"("{\"output\":\"a\\nb\",\"metadata\":{\"exit_code\":2}}")");
  CHECK(old.text == "a\nb");
  CHECK(failed(old));
  CHECK(
      failed(result_of(R"("Chunk ID: 1\nWall time: 0\nProcess exited with code 3\nOutput:\nx")")));
  CHECK(failed(result_of(R"("Exit code: 127\nWall time: 0 seconds\nOutput:\nx")")));
  CHECK_FALSE(failed(result_of(R"("Exit code: 0\nOutput:\nExit code: 1")")));
  CHECK_FALSE(failed(result_of(R"("Chunk ID: 1\nProcess exited with code 0\nOutput:\nx")")));
  CHECK(failed(
      result_of(R"([{"type":"input_text","text":"Script failed\nWall time 1\nOutput:\n"}])")));
  CHECK(failed(result_of(R"("aborted by user after 3.3s")")));
  CHECK(failed(result_of(R"("Wall time: 4.0 seconds\naborted by user")")));
  CHECK(failed(result_of(R"("collab tool failed: agent thread limit reached")")));
  CHECK(failed(result_of(R"({"content":"no","success":false})")));
  CHECK_FALSE(failed(result_of(R"("it says aborted by user in the middle")")));
}

TEST_CASE("a cut result says so", "[codex][quick]") {
  const std::string much(2000, 'x');
  const auto cut = result_of("\"" + much + "\xE2\x80\xA6" + "12 tokens truncated\xE2\x80\xA6\"");
  CHECK((cut.payload_flags & KATO_PAYLOAD_TRUNCATED) != 0);
  CHECK(result_of("\"" + much + "\xE2\x80\xA6\"").payload_flags == 0);
}

TEST_CASE("an event of a call's end adds only that it failed", "[codex][quick]") {
  LogText log;
  log.item(
      R"({"type":"custom_tool_call","name":"apply_patch","input":"*** Begin","call_id":"c1"})");
  log.event(
      R"({"type":"patch_apply_end","call_id":"c1","success":false,"stdout":"","stderr":"no"})");
  const auto event = log.last();
  log.item(R"({"type":"custom_tool_call_output","call_id":"c1","output":"it did not work"})");
  const auto story = decode(log.text(), kThread);
  REQUIRE(story.told.size() == 2);
  CHECK(story.outcome(event) == "ignored duplicate");
  CHECK(failed(story.told[1]));
}

TEST_CASE("what a script called is told with the script as its parent", "[codex][quick]") {
  LogText log;
  log.item(R"({"type":"custom_tool_call","name":"exec","input":"x","call_id":"c1"})");
  log.event(
      R"({"type":"item_completed","item":{"type":"CommandExecution","id":"exec-1","command":["ls"],"cwd":"file:///a","aggregated_output":"f\n","exit_code":1}})");
  log.item(R"({"type":"custom_tool_call_output","call_id":"c1","output":[]})");
  log.event(
      R"({"type":"mcp_tool_call_end","call_id":"exec-2","invocation":{"server":"s","tool":"t","arguments":{}},"result":{"Err":"gone"}})");
  const auto story = decode(log.text(), kThread);
  REQUIRE(story.told.size() == 6);
  CHECK(story.told[1].name == "exec_command");
  CHECK(story.told[1].parent_call == "c1");
  CHECK(story.told[1].input == R"({"command":["ls"],"cwd":"file:///a"})");
  CHECK(story.told[2].text == "f\n");
  CHECK(failed(story.told[2]));
  CHECK(story.told[4].name == "s__t");
  CHECK(story.told[4].parent_call.empty());
  CHECK(story.told[5].text == "gone");
}

TEST_CASE("a question has its options, and its answer names it", "[codex][quick]") {
  LogText log;
  log.item(
      R"({"type":"function_call","name":"request_user_input","call_id":"c1","arguments":"{\"questions\":[{\"id\":\"db\",\"question\":\"Which?\",\"options\":[{\"label\":\"A\",\"description\":\"d\"},{\"label\":\"B\"}]},{\"id\":\"pw\",\"question\":\"Code?\",\"isSecret\":true}]}"})");
  log.item(
      R"({"type":"function_call_output","call_id":"c1","output":"{\"answers\":{\"db\":{\"answers\":[\"B\",\"user_note: mind it\"]},\"pw\":{\"answers\":[\"user_note: 4711\"]}}}"})");
  for (const auto cuts : {kato::test::Cuts{}, kato::test::Cuts{1, true, false}}) {
    const auto story = decode(log.text(), kThread, cuts);
    const auto prompts = story.of(KATO_ASSISTANT_DECISION_PROMPT);
    const auto answers = story.of(KATO_USER_DECISION_RESPONSE);
    REQUIRE(prompts.size() == 2);
    REQUIRE(answers.size() == 2);
    CHECK(prompts[0]->call == "c1/db");
    CHECK(prompts[0]->choices == Texts{"A", "B"});
    CHECK(answers[0]->call == "c1/db");
    CHECK(answers[0]->choices == Texts{"B"});
    CHECK(answers[0]->free_text == "mind it");
    for (const auto& told : story.told) {
      CHECK(told.free_text.find("4711") + told.text.find("4711") + 2 == 0);
    }
  }
}

TEST_CASE("an answer that is no answer is a result alone", "[codex][quick]") {
  LogText log;
  log.item(
      R"({"type":"function_call","name":"request_user_input","call_id":"c1","arguments":"{\"questions\":[{\"id\":\"db\",\"question\":\"Which?\"}]}"})");
  log.item(R"({"type":"function_call_output","call_id":"c1","output":"aborted by user after 1s"})");
  const auto story = decode(log.text(), kThread);
  CHECK(story.of(KATO_USER_DECISION_RESPONSE).empty());
  CHECK(story.of(KATO_ASSISTANT_TOOL_RESULT).size() == 1);
}

TEST_CASE("an answer to a script's question is told with its question", "[codex][quick]") {
  LogText log;
  log.line(
      "retained_context",
      R"({"type":"verified_answer","call_id":"exec-9","questions":[{"question":"Which bed?","answer":"East"}]})");
  const auto story = decode(log.text(), kThread);
  REQUIRE(story.told.size() == 2);
  CHECK(story.told[0].kind == KATO_ASSISTANT_DECISION_PROMPT);
  CHECK(story.told[0].text == "Which bed?");
  CHECK(story.told[1].kind == KATO_USER_DECISION_RESPONSE);
  CHECK(story.told[1].choices == std::vector<std::string>{"East"});
  CHECK(story.told[1].call == story.told[0].call);
}

TEST_CASE("a command that ends in a later turn has no parent there", "[codex][quick]") {
  LogText log;
  log.event(R"({"type":"task_started","turn_id":"t2"})");
  log.item(R"({"type":"custom_tool_call","name":"exec","input":"x","call_id":"c1"})");
  log.event(
      R"({"type":"item_completed","turn_id":"t1","item":{"type":"CommandExecution","id":"exec-1","command":["ls"],"aggregated_output":"f\n"}})");
  const auto story = decode(log.text(), kThread);
  REQUIRE(story.told.size() == 3);
  CHECK(story.told[1].turn == "t1");
  CHECK(story.told[1].parent_call.empty());
}

TEST_CASE("a tool of the program around is told when a script called it", "[codex][quick]") {
  LogText log;
  log.item(R"({"type":"custom_tool_call","name":"exec","input":"x","call_id":"c1"})");
  log.event(
      R"({"type":"item_completed","item":{"type":"DynamicToolCall","id":"exec-1","namespace":"ide","tool":"open","arguments":{"a":1},"content_items":[{"type":"inputText","text":"done"}],"success":false}})");
  const auto story = decode(log.text(), kThread);
  REQUIRE(story.told.size() == 3);
  CHECK(story.told[1].name == "ide.open");
  CHECK(story.told[1].parent_call == "c1");
  CHECK(story.told[2].text == "done");
  CHECK(failed(story.told[2]));
}

TEST_CASE("the client's settings name the model where no turn does", "[codex][quick]") {
  const std::string settings =
      R"("type":"thread_settings_applied","thread_settings":{"model":"gpt-7"})";
  LogText log;
  log.event("{" + settings + R"(,"thread_id":"another"})").answer_event("a");
  log.event("{" + settings + R"(,"thread_id":"thread-1"})").answer_event("b");
  const auto story = decode(log.text(), kThread);
  REQUIRE(story.told.size() == 2);
  CHECK(story.told[0].model.empty());
  CHECK(story.told[1].model == "gpt-7");
}

TEST_CASE("token usage is told when it changed", "[codex][quick]") {
  const std::string usage =
      R"({"type":"token_count","info":{"total_token_usage":{"total_tokens":5},"last_token_usage":{"total_tokens":5}}})";
  LogText log;
  log.event(usage).event(usage).event(R"({"type":"token_count","info":null})");
  const auto empty = log.last();
  log.event(R"({"type":"token_count","info":{"total_token_usage":{"total_tokens":9}}})");
  const auto story = decode(log.text(), kThread);
  CHECK(story.told.size() == 2);
  CHECK(story.outcome(empty) == "ignored empty");
}

TEST_CASE("an interruption is told once, a later one again", "[codex][quick]") {
  LogText log;
  log.event(R"({"type":"task_started","turn_id":"t1"})");
  log.user_item("<turn_aborted>\nstopped\n</turn_aborted>");
  log.event(R"({"type":"turn_aborted","reason":"interrupted","turn_id":"t1"})");
  log.event(R"({"type":"task_started","turn_id":"t2"})");
  log.event(R"({"type":"turn_aborted","reason":"replaced","turn_id":"t2"})");
  const auto told = decode(log.text(), kThread).told;
  REQUIRE(told.size() == 2);
  CHECK(told[0].subtype == "interruption");
  CHECK(told[0].text == "stopped");
  CHECK(told[0].turn == "t1");
  CHECK(told[1].text == "replaced");
}

TEST_CASE("turn and model are those of the latest context", "[codex][quick]") {
  LogText log;
  log.line("turn_context", R"({"turn_id":"t1","model":"m1","cwd":"/a"})").answer_item("one");
  log.line("turn_context", R"({"turn_id":"t2","model":"m2","cwd":"/b"})").answer_item("two");
  const auto story = decode(log.text(), kThread);
  REQUIRE(story.told.size() == 3);
  CHECK(story.told[0].model == "m1");
  CHECK(story.told[0].turn == "t1");
  CHECK(story.told[1].subtype == "model-change");
  CHECK(story.told[2].model == "m2");
  CHECK(story.facts == Texts{"/a|", "/b|"});
}

TEST_CASE("what is unknown is raw, beside the parts that are known", "[codex][quick]") {
  LogText log;
  log.item(R"({"type":"hologram"})");
  const auto unknown = log.last();
  log.item(
      R"({"type":"message","role":"assistant","content":[{"type":"output_text","text":"hi"},{"type":"scent"}]})");
  const auto part = log.last();
  log.raw(R"({"a":1})").item("7").event(R"({"type":"user_message"})");
  const auto story = decode(log.text(), kThread);
  CHECK(story.outcome(unknown) == "raw");
  CHECK(story.outcome(part) == "raw");
  CHECK(story.texts(KATO_ASSISTANT_MESSAGE) == Texts{"hi"});
  CHECK(story.accounted() == log.text().size());
}
