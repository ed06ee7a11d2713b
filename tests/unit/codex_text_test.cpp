// Who said what in a Codex log: both forms of a text, injected texts, copies.
#include "codex_rig.h"
#include "plugins/codex/copied_history.h"
#include "plugins/codex/text_memory.h"
#include "tests/support/catch.h"

using kato::codex::Session;
using kato::test::decode;
using kato::test::LogText;
using Texts = std::vector<std::string>;

namespace {
const Session kThread{"thread-1", false};
const Session kSubAgent{"thread-2", true};
}  // namespace

TEST_CASE("a person's words are told once, by the event behind their item", "[codex][quick]") {
  LogText log;
  log.user_item("water the beans");
  const auto item = log.last();
  log.user_event("water the beans");
  const auto story = decode(log.text(), kThread);
  CHECK(story.texts(KATO_USER_MESSAGE) == Texts{"water the beans"});
  CHECK(story.told.size() == 1);
  CHECK(story.outcome(item) == "held, ignored duplicate");
  CHECK(story.accounted() == log.text().size());
}

TEST_CASE("an item without an event is the client's where events say who spoke", "[codex][quick]") {
  LogText log;
  log.event(R"({"type":"task_started","turn_id":"t1"})");
  log.user_item("hello").user_event("hello");
  log.user_item("::start /tmp/x.md\nsomething the client added").answer_item("hi");
  const auto story = decode(log.text(), kThread);
  CHECK(story.texts(KATO_USER_MESSAGE) == Texts{"hello"});
  const auto injected = story.of(KATO_SYSTEM_MESSAGE);
  REQUIRE(injected.size() == 1);
  CHECK(injected[0]->subtype == "injected");
}

TEST_CASE("a client that names no turns gives no event to what was typed while it was busy",
          "[codex][quick]") {
  LogText log;
  log.user_item("hello").user_event("hello").answer_event("hm").answer_item("hm");
  log.user_item("be quick").answer_event("hi").answer_item("hi");
  CHECK(decode(log.text(), kThread).texts(KATO_USER_MESSAGE) == Texts{"hello", "be quick"});
}

TEST_CASE("an element of the client's own is the client's, whatever its name", "[codex][quick]") {
  const std::string element = "<weather_report at=\\\"noon\\\">\n::start\n</weather_report>";
  LogText log;
  log.user_item(element)
      .answer_item("hi")
      .user_item("<p>is this a paragraph?</p>")
      .answer_item("y");
  const auto story = decode(log.text(), kThread);
  CHECK(story.texts(KATO_USER_MESSAGE) == Texts{"<p>is this a paragraph?</p>"});
  REQUIRE(story.of(KATO_SYSTEM_MESSAGE).size() == 1);
  CHECK(story.of(KATO_SYSTEM_MESSAGE)[0]->subtype == "weather-report");
}

TEST_CASE("an automation's prompt is told once, and not as the person's", "[codex][quick]") {
  const std::string prompt = "<heartbeat>\nlook again\n</heartbeat>";
  LogText log;
  log.user_item(prompt);
  log.event(
      R"({"type":"user_message","message":"<heartbeat>\nlook again\n</heartbeat>","client_id":"c-1"})");
  const auto story = decode(log.text(), kThread);
  REQUIRE(story.told.size() == 1);
  CHECK(story.told[0].kind == KATO_SYSTEM_MESSAGE);
  CHECK(story.told[0].subtype == "automation");
}

TEST_CASE("an event of instructions is not the person's", "[codex][quick]") {
  LogText log;
  log.event(R"({"type":"user_message","message":"be terse","kind":"user_instructions"})");
  log.event(R"({"type":"user_message","message":"sow peas","kind":"plain"})");
  const auto story = decode(log.text(), kThread);
  CHECK(story.texts(KATO_USER_MESSAGE) == Texts{"sow peas"});
  REQUIRE(story.of(KATO_SYSTEM_MESSAGE).size() == 1);
  CHECK(story.of(KATO_SYSTEM_MESSAGE)[0]->subtype == "user-instructions");
}

TEST_CASE("what was typed behind a ! is the person's, its output is not", "[codex][quick]") {
  LogText log;
  log.user_item(
      "<user_shell_command>\n<command>\necho </command> # x\n</command>\n<result>\nExit code: "
      "0\nOutput:\n::stop\n</result>\n</user_shell_command>");
  const auto story = decode(log.text(), kThread);
  CHECK(story.texts(KATO_USER_MESSAGE) == Texts{"!echo </command> # x"});
  REQUIRE(story.of(KATO_SYSTEM_MESSAGE).size() == 1);
  CHECK(story.of(KATO_SYSTEM_MESSAGE)[0]->subtype == "shell-output");
  CHECK(story.of(KATO_SYSTEM_MESSAGE)[0]->text == "Exit code: 0\nOutput:\n::stop");
}

TEST_CASE("without any such event an item is the person's", "[codex][quick]") {
  LogText log;
  log.user_item("hello").answer_item("hi");
  CHECK(decode(log.text(), kThread).texts(KATO_USER_MESSAGE) == Texts{"hello"});
}

TEST_CASE("where the first prompt had no event, the last one waits for none", "[codex][quick]") {
  LogText log;
  log.user_item("hello").answer_item("hi").user_item("bye");
  CHECK(decode(log.text(), kThread).texts(KATO_USER_MESSAGE) == Texts{"hello", "bye"});
  log.user_event("bye").user_item("again").user_event("again");
  CHECK(decode(log.text(), kThread).texts(KATO_USER_MESSAGE) == Texts{"hello", "bye", "again"});
}

TEST_CASE("a message may be a text alone, and have parts that are not known", "[codex][quick]") {
  LogText log;
  log.item(R"({"type":"message","role":"user","content":"hello"})");
  log.item(R"({"type":"message","role":"developer","content":"be kind"})");
  log.item(
      R"({"type":"message","role":"user","content":[{"type":"input_text","text":"look"},{"type":"input_smell","data":"x"}]})");
  log.answer_item("hi");
  const auto story = decode(log.text(), kThread);
  CHECK(story.texts(KATO_USER_MESSAGE) == Texts{"hello", "look"});
  CHECK(story.texts(KATO_SYSTEM_MESSAGE) == Texts{"be kind"});
  CHECK(story.of(KATO_PROVIDER_RAW).size() == 1);
}

TEST_CASE("an item that comes after its event is not told again", "[codex][quick]") {
  LogText log;
  log.user_event("hello").user_item("hello").answer_item("hi");
  CHECK(decode(log.text(), kThread).texts(KATO_USER_MESSAGE) == Texts{"hello"});
}

TEST_CASE("the same words typed twice are two messages", "[codex][quick]") {
  LogText log;
  log.user_item("go on").user_event("go on").answer_event("done").answer_item("done");
  log.user_item("go on").user_event("go on").answer_event("done").answer_item("done");
  const auto story = decode(log.text(), kThread);
  CHECK(story.texts(KATO_USER_MESSAGE) == Texts{"go on", "go on"});
  CHECK(story.texts(KATO_ASSISTANT_MESSAGE) == Texts{"done", "done"});
}

TEST_CASE("a prompt that the client writes again after an interruption is not told again",
          "[codex][quick]") {
  LogText log;
  log.user_item("mow").user_event("mow").event(R"({"type":"turn_aborted","reason":"interrupted"})");
  log.user_item("mow");
  const auto again = log.last();
  log.answer_item("yes");
  const auto story = decode(log.text(), kThread);
  CHECK(story.texts(KATO_USER_MESSAGE) == Texts{"mow"});
  CHECK(story.outcome(again) == "held, ignored repeated");
}

TEST_CASE("words that the client notes as the person's need no event", "[codex][quick]") {
  LogText log;
  log.item(
      R"({"type":"message","id":"msg_0123456789abcdef","role":"user","content":[{"type":"input_text","text":"<environment_context> is what I ask about"}],"internal_chat_message_metadata_passthrough":{"turn_id":"t1","content_item_kinds":["user.text"]}})");
  CHECK(decode(log.text(), kThread).texts(KATO_USER_MESSAGE) ==
        Texts{"<environment_context> is what I ask about"});
  log.event(
      R"({"type":"item_completed","turn_id":"t1","item":{"type":"UserMessage","id":"u1","content":[{"type":"text","text":"<environment_context> is what I ask about"}]}})");
  const auto story = decode(log.text(), kThread);
  CHECK(story.told.size() == 1);
  CHECK(story.told[0].key == "msg_0123456789abcdef");
  CHECK(story.told[0].turn == "t1");
}

TEST_CASE("each block of a mixed item is told as what it is", "[codex][quick]") {
  LogText log;
  log.item(
      R"({"type":"message","role":"user","content":[{"type":"input_text","text":"# AGENTS.md instructions for /a\n::stop"},{"type":"input_text","text":"<environment_context>x</environment_context>"},{"type":"input_text","text":"really me"}]})");
  log.user_event("really me");
  const auto story = decode(log.text(), kThread);
  CHECK(story.texts(KATO_USER_MESSAGE) == Texts{"really me"});
  const auto clients = story.of(KATO_SYSTEM_MESSAGE);
  REQUIRE(clients.size() == 2);
  CHECK(clients[0]->subtype == "instructions");
  CHECK(clients[1]->subtype == "environment-context");
}

TEST_CASE("what stands before the request in an IDE is not the person's", "[codex][quick]") {
  const std::string text =
      "# Context from my IDE setup:\n\n## Open tabs:\n- a.c: ::stop\n\n## My request for "
      "Codex:\nfix "
      "it\n";
  LogText log;
  log.user_item(text).user_event(text);
  const auto story = decode(log.text(), kThread);
  CHECK(story.texts(KATO_USER_MESSAGE) == Texts{"fix it"});
  REQUIRE(story.of(KATO_SYSTEM_MESSAGE).size() == 1);
  CHECK(story.of(KATO_SYSTEM_MESSAGE)[0]->subtype == "ide-context");
}

TEST_CASE("nobody types in a sub-agent unless the client says so", "[codex][quick]") {
  LogText log;
  log.user_item("count the weeds").user_event("count the weeds");
  log.user_item("and water them");
  log.event(R"({"type":"user_message","message":"and water them","client_id":"c-1"})");
  const auto story = decode(log.text(), kSubAgent);
  CHECK(story.texts(KATO_USER_MESSAGE) == Texts{"and water them"});
  REQUIRE(story.of(KATO_SYSTEM_MESSAGE).size() == 1);
  CHECK(story.of(KATO_SYSTEM_MESSAGE)[0]->subtype == "agent-task");
}

TEST_CASE("an answer is told once, in whichever order its forms come", "[codex][quick]") {
  LogText log;
  log.answer_event("first").event(R"({"type":"token_count","info":null})").answer_item("first");
  log.answer_item("second").answer_event("second").event(R"({"type":"task_complete"})");
  const auto story = decode(log.text(), kThread);
  CHECK(story.texts(KATO_ASSISTANT_MESSAGE) == Texts{"first", "second"});
}

TEST_CASE("an answer of several texts, each with its event, is told once", "[codex][quick]") {
  const auto* const item =
      R"({"type":"message","role":"assistant","content":[{"type":"output_text","text":"one"},{"type":"output_text","text":"two"}]})";
  LogText events_first;
  events_first.answer_event("one").answer_event("two").item(item);
  CHECK(decode(events_first.text(), kThread).texts(KATO_ASSISTANT_MESSAGE) == Texts{"one", "two"});
  LogText item_first;
  item_first.item(item).answer_event("one").answer_event("two");
  CHECK(decode(item_first.text(), kThread).texts(KATO_ASSISTANT_MESSAGE) == Texts{"one\ntwo"});
}

TEST_CASE("short ids that begin anew name no record", "[codex][quick]") {
  LogText log;
  for (const auto* text : {"one", "two"}) {
    log.item(
        R"({"type":"message","id":"msg_0","role":"assistant","content":[{"type":"output_text","text":")" +
        std::string(text) + R"("}]})");
  }
  const auto story = decode(log.text(), kThread);
  REQUIRE(story.told.size() == 2);
  CHECK(story.told[0].key != story.told[1].key);
}

TEST_CASE("an answer of which only the event was logged is told", "[codex][quick]") {
  LogText log;
  log.answer_event("alone");
  CHECK(decode(log.text(), kThread).texts(KATO_ASSISTANT_MESSAGE) == Texts{"alone"});
}

TEST_CASE("an unannounced answer before a compaction is its summary", "[codex][quick]") {
  LogText log;
  log.answer_event("one").answer_item("one").answer_item("Two plants.");
  const auto summary = log.last();
  log.event(R"({"type":"token_count","info":null})");
  log.line(
      "compacted",
      R"({"message":"What was said before:\nTwo plants.","replacement_history":[{"type":"message","role":"user","content":[{"type":"input_text","text":"old"}]}]})");
  const auto story = decode(log.text(), kThread);
  CHECK(story.texts(KATO_ASSISTANT_MESSAGE) == Texts{"one"});
  CHECK(story.texts(KATO_SYSTEM_MESSAGE) == Texts{"What was said before:\nTwo plants."});
  CHECK(story.outcome(summary) == "held, ignored duplicate");
  CHECK(story.texts(KATO_USER_MESSAGE).empty());
}

TEST_CASE("an unannounced answer before anything else is an answer", "[codex][quick]") {
  LogText log;
  log.answer_event("one").answer_item("one").answer_item("two").event(
      R"({"type":"task_complete"})");
  CHECK(decode(log.text(), kThread).texts(KATO_ASSISTANT_MESSAGE) == Texts{"one", "two"});
}

TEST_CASE("a plan is told once, without its marks", "[codex][quick]") {
  LogText log;
  log.event(
      R"({"type":"item_completed","item":{"type":"Plan","id":"p","text":"# Plan\n1. dig\n"}})");
  log.answer_item("<proposed_plan>\n# Plan\n1. dig\n</proposed_plan>");
  log.answer_item("As you like:\n<proposed_plan>\n# Other\n</proposed_plan>");
  const auto texts = decode(log.text(), kThread).texts(KATO_ASSISTANT_MESSAGE);
  CHECK(texts == Texts{"# Plan\n1. dig\n", "As you like:", "# Other"});
}

TEST_CASE("reasoning is told part by part, once", "[codex][quick]") {
  LogText log;
  log.event(R"({"type":"agent_reasoning","text":"a"})")
      .event(R"({"type":"agent_reasoning","text":"b"})");
  log.item(
      R"({"type":"reasoning","summary":[{"type":"summary_text","text":"a"},{"type":"summary_text","text":"b"},{"type":"summary_text","text":"c"}]})");
  log.item(R"({"type":"reasoning","summary":[],"encrypted_content":"xx"})");
  const auto encrypted = log.last();
  const auto story = decode(log.text(), kThread);
  CHECK(story.texts(KATO_ASSISTANT_THINKING) == Texts{"a", "b", "c"});
  CHECK(story.outcome(encrypted) == "ignored encrypted");
}

TEST_CASE("what is held survives a restart and is read back", "[codex][quick]") {
  LogText log;
  log.user_item("hello").answer_item("hi");
  const auto whole = decode(log.text(), kThread);
  CHECK(decode(log.text(), kThread, {1, true, false}) == whole);
  const auto gone = decode(log.text(), kThread, {1, true, true});
  CHECK(gone.texts(KATO_USER_MESSAGE).empty());
  CHECK(gone.outcome(0) == "held, ignored lost: source-gone");
}

TEST_CASE("images of a message are described, never copied", "[codex][quick]") {
  LogText log;
  log.item(
      R"({"type":"message","role":"user","content":[{"type":"input_text","text":"<image name=[Image #1] path=\"leaf.png\">"},{"type":"input_image","image_url":"data:image/png;base64,AAAA"},{"type":"input_text","text":"</image>"},{"type":"input_text","text":"what is it?"}]})");
  log.event(
      R"({"type":"user_message","message":"what is it?","images":[],"local_images":["/home/ana/leaf.png"]})");
  const auto story = decode(log.text(), kThread);
  REQUIRE(story.told.size() == 1);
  CHECK(story.told[0].text == "what is it?");
  CHECK(story.told[0].attachments.size() == 1);
  CHECK(story.told[0].attachments[0].starts_with("image/png|"));
}

TEST_CASE("a text memory forgets the oldest, and what was taken", "[codex][quick]") {
  kato::codex::TextMemory memory;
  for (uint64_t hash = 0; hash < 17; ++hash) {
    memory.put(hash);
  }
  CHECK_FALSE(memory.take(0));
  CHECK(memory.take(16));
  CHECK_FALSE(memory.has(16));
}

TEST_CASE("times are found in ids and in timestamps", "[codex][quick]") {
  using kato::codex::time_in_id;
  using kato::codex::time_in_timestamp;
  CHECK(time_in_id("01a20281-45ea-7a23-9730-f22bcea6e2b7") == 0x01a2028145eaULL);
  CHECK(time_in_id("6f1c2a9e-3b1d-4c55-9a70-5d2b7c1e9f04") == 0);
  CHECK(time_in_id("01a20281") == 0);
  CHECK(time_in_timestamp("1970-01-02T00:00:01.500Z") == 86401500);
  CHECK(time_in_timestamp("1970-01-02T00:00:01Z") == 86401000);
  CHECK(time_in_timestamp("2026-13-02T00:00:01Z") == 0);
  CHECK(time_in_timestamp("yesterday") == 0);
}
