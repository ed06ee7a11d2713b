// The two forms of a text in a Codex log where they stand apart, differ in blanks, or come in
// another order.
#include "codex_rig.h"
#include "tests/support/catch.h"

using kato::codex::Session;
using kato::test::decode;
using kato::test::LogText;
using Texts = std::vector<std::string>;

namespace {

const Session kThread{"thread-1", false};
constexpr std::string_view kTurn = R"({"type":"task_started","turn_id":"t1"})";

// A log in which one turn is over.
LogText begun() {
  LogText log;
  log.event(kTurn).user_item("hello").user_event("hello").answer_event("hi").answer_item("hi");
  return log;
}

LogText& noted(LogText& log, std::string_view text) {
  return log.item(
      R"({"type":"message","role":"user","content":[{"type":"input_text","text":")" +
      std::string(text) +
      R"("}],"internal_chat_message_metadata_passthrough":{"content_item_kinds":["user.text"]}})");
}

LogText& completed(LogText& log, std::string_view item) {
  return log.event(R"({"type":"item_completed","item":)" + std::string(item) + "}");
}

}  // namespace

TEST_CASE("bookkeeping may stand between a person's item and its event", "[codex][quick]") {
  for (const std::string_view between :
       {R"({"type":"token_count","info":null})", R"({"type":"thread_settings_applied"})"}) {
    auto log = begun();
    log.user_item("sow peas").event(between).user_event("sow peas").answer_item("done");
    const auto story = decode(log.text(), kThread);
    CHECK(story.texts(KATO_USER_MESSAGE) == Texts{"hello", "sow peas"});
    CHECK(story.of(KATO_SYSTEM_MESSAGE).empty());
    CHECK(decode(log.text(), kThread, {1, true}) == story);
  }
}

TEST_CASE("a person's words are not lost where something else stands between", "[codex][quick]") {
  auto log = begun();
  log.user_item("sow peas").event(R"({"type":"task_started","turn_id":"t2"})");
  log.user_event("sow peas").answer_item("done");
  CHECK(decode(log.text(), kThread).texts(KATO_USER_MESSAGE) == Texts{"hello", "sow peas"});
}

TEST_CASE("of several items in a row the one with an event is the person's", "[codex][quick]") {
  LogText log;
  log.event(kTurn);
  log.user_item("Rules of this garden: no slugs.\n::start /tmp/x.md").user_item("sow peas");
  log.user_event("sow peas").answer_item("done");
  const auto story = decode(log.text(), kThread);
  CHECK(story.texts(KATO_USER_MESSAGE) == Texts{"sow peas"});
  REQUIRE(story.of(KATO_SYSTEM_MESSAGE).size() == 1);
  CHECK(story.of(KATO_SYSTEM_MESSAGE)[0]->subtype == "injected");
  CHECK(story.accounted() == log.text().size());
  CHECK(decode(log.text(), kThread, {1, true}) == story);
}

TEST_CASE("two prompts in a row keep their events", "[codex][quick]") {
  auto log = begun();
  log.user_item("sow peas").user_item("and beans").user_event("sow peas").user_event("and beans");
  const auto story = decode(log.text(), kThread);
  CHECK(story.texts(KATO_USER_MESSAGE) == Texts{"hello", "sow peas", "and beans"});
  CHECK(story.of(KATO_SYSTEM_MESSAGE).empty());
}

TEST_CASE("without any event several prompts in a row are the person's", "[codex][quick]") {
  LogText log;
  log.user_item("sow peas").user_item("and beans").answer_item("done");
  CHECK(decode(log.text(), kThread).texts(KATO_USER_MESSAGE) == Texts{"sow peas", "and beans"});
}

TEST_CASE("blanks and line ends make no other text", "[codex][quick]") {
  auto log = begun();
  log.user_event("sow  peas \nnow\n").user_item("sow peas\nnow");
  log.answer_event("in  rows \nof two").answer_item("in rows\nof two");
  const auto story = decode(log.text(), kThread);
  CHECK(story.texts(KATO_USER_MESSAGE) == Texts{"hello", "sow  peas \nnow\n"});
  CHECK(story.texts(KATO_ASSISTANT_MESSAGE) == Texts{"hi", "in  rows \nof two"});
  CHECK(story.of(KATO_SYSTEM_MESSAGE).empty());
}

TEST_CASE("an event directly behind a noted prompt is its twin, whatever it says",
          "[codex][quick]") {
  LogText log;
  noted(log, "sow [$peas](skill)").event(R"({"type":"token_count","info":null})");
  completed(log, R"({"type":"UserMessage","id":"u1","content":[{"type":"text","text":"sow "},)"
                 R"({"type":"skill","name":"peas","path":"/s"}]})");
  log.answer_item("done");
  completed(log, R"({"type":"UserMessage","id":"u2","content":[{"type":"text","text":"more"}]})");
  CHECK(decode(log.text(), kThread).texts(KATO_USER_MESSAGE) ==
        Texts{"sow [$peas](skill)", "more"});
}

TEST_CASE("words typed again while a client without turns is busy are told again",
          "[codex][quick]") {
  LogText log;
  log.user_item("yes").user_event("yes").answer_event("hm").answer_item("hm");
  log.user_item("yes").answer_event("hi").answer_item("hi");
  CHECK(decode(log.text(), kThread).texts(KATO_USER_MESSAGE) == Texts{"yes", "yes"});
}

TEST_CASE("the note of an interruption may come in the next turn", "[codex][quick]") {
  auto log = begun();
  log.event(R"({"type":"turn_aborted","turn_id":"t1","reason":"interrupted"})");
  log.event(R"({"type":"task_started","turn_id":"t2"})");
  log.user_item("<turn_aborted>\nThe user stopped it.\n</turn_aborted>");
  log.user_item("go on").user_event("go on").answer_item("on it");
  log.user_item("<turn_aborted>\nThe user stopped it again.\n</turn_aborted>");
  const auto story = decode(log.text(), kThread);
  CHECK(story.texts(KATO_PROVIDER_INFO) == Texts{"interrupted", "The user stopped it again."});
}

TEST_CASE("a plan is told once, in whichever order its forms come", "[codex][quick]") {
  const std::string_view item =
      R"({"type":"message","role":"assistant","content":[{"type":"output_text",)"
      R"("text":"Here:\n<proposed_plan>\n1. dig\n</proposed_plan>\nGood?"}]})";
  const std::string_view plan = R"({"type":"Plan","id":"p","text":"1. dig"})";
  const std::string_view around =
      R"({"type":"AgentMessage","id":"m","content":[{"type":"Text","text":"Here:\n\nGood?"}]})";
  LogText item_first;
  item_first.event(kTurn).item(item);
  completed(completed(item_first, around), plan);
  CHECK(decode(item_first.text(), kThread).texts(KATO_ASSISTANT_MESSAGE) ==
        Texts{"Here:", "1. dig", "Good?"});
  LogText events_first;
  events_first.event(kTurn);
  completed(completed(events_first, around), plan).item(item);
  CHECK(decode(events_first.text(), kThread).texts(KATO_ASSISTANT_MESSAGE) ==
        Texts{"Here:\n\nGood?", "1. dig"});
}

TEST_CASE("nobody types in a sub-agent that names no parent", "[codex][quick]") {
  for (const std::string_view meta :
       {R"({"id":"thread-1","source":{"subagent":"review"}})",
        R"({"id":"thread-1","source":{"subagent":{"other":"guardian"}}})",
        R"({"id":"thread-1","source":{"internal":"memory"}})"}) {
    LogText log;
    log.line("session_meta", meta).user_item("look").user_event("look").answer_item("done");
    const auto story = decode(log.text(), kThread);
    CHECK(story.texts(KATO_USER_MESSAGE).empty());
    REQUIRE(story.of(KATO_SYSTEM_MESSAGE).size() == 1);
    CHECK(story.of(KATO_SYSTEM_MESSAGE)[0]->subtype == "agent-task");
  }
}

TEST_CASE("an element's name may be in capitals", "[codex][quick]") {
  LogText log;
  log.user_item("<GARDEN_RULES>\nno slugs\n</GARDEN_RULES>").answer_item("hi");
  const auto story = decode(log.text(), kThread);
  REQUIRE(story.of(KATO_SYSTEM_MESSAGE).size() == 1);
  CHECK(story.of(KATO_SYSTEM_MESSAGE)[0]->subtype == "garden-rules");
}

TEST_CASE("events of both forms tell a text once", "[codex][quick]") {
  const std::string_view prompt =
      R"({"type":"UserMessage","id":"u","content":[{"type":"text","text":"sow peas"}]})";
  const std::string_view answer =
      R"({"type":"AgentMessage","id":"m","content":[{"type":"Text","text":"done"}]})";
  const std::string_view thought =
      R"({"type":"Reasoning","id":"r","summary_text":["Hm."],"raw_content":[]})";
  for (const bool with_items : {false, true}) {
    LogText log;
    log.event(kTurn);
    if (with_items) log.user_item("sow peas");
    completed(log, prompt).user_event("sow peas");
    completed(log, thought).event(R"({"type":"agent_reasoning","text":"Hm."})");
    if (with_items) log.answer_item("done");
    log.answer_event("done");
    completed(log, answer);
    log.user_event("sow peas");
    const auto story = decode(log.text(), kThread);
    CHECK(story.texts(KATO_USER_MESSAGE) == Texts{"sow peas", "sow peas"});
    CHECK(story.texts(KATO_ASSISTANT_MESSAGE) == Texts{"done"});
    CHECK(story.texts(KATO_ASSISTANT_THINKING) == Texts{"Hm."});
    CHECK(decode(log.text(), kThread, {1, true}) == story);
  }
}

TEST_CASE("a completed item's type may begin with a small letter", "[codex][quick]") {
  LogText log;
  completed(log,
            R"({"type":"userMessage","id":"u","content":[{"type":"text","text":"sow peas"}]})");
  completed(log, R"({"type":"agentMessage","id":"m","content":[{"type":"text","text":"done"}]})");
  const auto story = decode(log.text(), kThread);
  CHECK(story.texts(KATO_USER_MESSAGE) == Texts{"sow peas"});
  CHECK(story.texts(KATO_ASSISTANT_MESSAGE) == Texts{"done"});
}
