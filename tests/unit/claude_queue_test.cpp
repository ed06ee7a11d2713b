// Prompts that were typed while the assistant worked: said once, or not at all.
#include <array>

#include "claude_rig.h"
#include "plugins/claude/queue.h"
#include "tests/support/catch.h"

using namespace claude_test;
using Texts = std::vector<std::string>;

namespace {

std::string queued(std::string_view operation, const std::string& content = "",
                   std::string_view reason = "") {
  return R"({"type":"queue-operation","operation":")" + std::string(operation) +
         R"(","timestamp":"2026-11-22T08:00:01.000Z","sessionId":"s1")" +
         (content.empty() ? "" : R"(,"content":)" + content) +
         (reason.empty() ? "" : R"(,"reason":")" + std::string(reason) + "\"") + "}\n";
}

std::string taken_over(std::string_view uuid, const std::string& prompt) {
  return line("attachment", uuid,
              R"(,"attachment":{"type":"queued_command","commandMode":"prompt","prompt":)" +
                  prompt + R"(,"origin":{"kind":"human"}})");
}

std::string old_line(std::string_view type, std::string_view uuid, const std::string& rest) {
  return R"({"isSidechain":false,"sessionId":"s1","version":"2.1.33","type":")" +
         std::string(type) + R"(","uuid":")" + std::string(uuid) + "\"" + rest + "}\n";
}

std::string old_answer(std::string_view uuid, std::string_view message) {
  return old_line("assistant", uuid,
                  R"(,"message":{"id":")" + std::string(message) +
                      R"(","model":"m","content":[{"type":"text","text":"ok"}]})");
}

}  // namespace

TEST_CASE("a queued prompt that is sent on is said once", "[claude][quick]") {
  const auto sent =
      decode(queued("enqueue", R"("do more")") + queued("dequeue") + user("u1", R"("do more")"));
  CHECK(sent.texts(KATO_USER_MESSAGE) == Texts{"do more"});
  CHECK(sent.accounts[0].outcome == KATO_RECORD_HELD);
  CHECK(sent.accounts[2].reason == "duplicate");
  CHECK(sent.accounts[2].offset == 0);

  const auto absorbed =
      decode(queued("enqueue", R"("do more\n::stop")") +
             queued("remove", R"("do more\n::stop")", "absorbed_mid_turn") +
             user("u1", R"([{"type":"tool_result","tool_use_id":"t","content":"x"}])") +
             taken_over("q1", R"("do more\n::stop")") +
             line("system", "x1", R"(,"subtype":"turn_duration","durationMs":1)"));
  CHECK(absorbed.texts(KATO_USER_MESSAGE) == Texts{"do more\n::stop"});
}

TEST_CASE("prompts that were merged into one text are said in it", "[claude][quick]") {
  const auto result = decode(queued("enqueue", R"("first")") + queued("enqueue", R"("second")") +
                             queued("dequeue") + user("u1", R"("first\nsecond")"));
  CHECK(result.texts(KATO_USER_MESSAGE) == Texts{"first\nsecond"});
  CHECK(result.accounts.size() == 6);
}

TEST_CASE("a prompt that was taken back was never said", "[claude][quick]") {
  const auto result = decode(queued("enqueue", R"("wait")") + queued("popAll", R"("wait")") +
                             line("system", "x1", R"(,"subtype":"turn_duration","durationMs":1)") +
                             user("u1", R"("other")"));
  CHECK(result.texts(KATO_USER_MESSAGE) == Texts{"other"});
  CHECK(result.accounts[1].reason == "taken-back");
}

TEST_CASE("old clients' prompts stand before the message that answers them", "[claude][quick]") {
  const auto result = decode(old_answer("a1", "m1") + queued("enqueue", R"("and tests?")") +
                             old_answer("a2", "m1") + queued("remove") + old_answer("a3", "m1") +
                             old_answer("a4", "m2"));
  const auto order = [&] {
    Texts texts;
    for (const auto& event : result.events) {
      texts.push_back(event.text);
    }
    return texts;
  }();
  CHECK(order == Texts{"ok", "ok", "ok", "and tests?", "ok"});
  CHECK(result.events[3].kind == KATO_USER_MESSAGE);
  CHECK(result.events[3].time == "2026-11-22T08:00:01.000Z");
}

TEST_CASE("a new client's prompt that was taken over is said at the latest when the turn ends",
          "[claude][quick]") {
  const std::string end = line("system", "x1", R"(,"subtype":"turn_duration","durationMs":1)");
  const auto result = decode(queued("enqueue", R"("quick")") + queued("remove", R"("quick")") +
                             assistant("a1", R"([{"type":"text","text":"ok"}])") + end +
                             taken_over("q1", R"("quick")"));
  CHECK(result.texts(KATO_USER_MESSAGE) == Texts{"quick"});
  CHECK(result.accounts.back().reason == "duplicate");
}

TEST_CASE("a prompt that still waits is not said", "[claude][quick]") {
  const auto result = decode(queued("enqueue", R"("later")") + user("u1", R"("now")") +
                             assistant("a1", R"([{"type":"text","text":"ok"}])"));
  CHECK(result.texts(KATO_USER_MESSAGE) == Texts{"now"});
  CHECK(result.accounts[0].outcome == KATO_RECORD_HELD);
}

TEST_CASE("a queued notification is no person's", "[claude][quick]") {
  const std::string text = R"("<task-notification>\n<task-id>1</task-id>\n</task-notification>")";
  const auto sent = decode(queued("enqueue", text) + queued("dequeue") +
                           user("u1", text, R"(,"origin":{"kind":"task-notification"})"));
  CHECK(sent.of(KATO_USER_MESSAGE).empty());
  CHECK(sent.of(KATO_SYSTEM_MESSAGE).size() == 1);
  const auto silent = decode(old_answer("a1", "m1") + queued("enqueue", text) + queued("remove") +
                             old_answer("a2", "m2"));
  CHECK(silent.of(KATO_USER_MESSAGE).empty());
  CHECK(silent.of(KATO_SYSTEM_MESSAGE).size() == 1);
}

TEST_CASE("a queue that is never served stays bounded", "[claude][quick]") {
  std::string log;
  for (int i = 0; i < 200; ++i) {
    log += queued("enqueue", "\"prompt " + std::to_string(i) + "\"");
  }
  const auto result = decode(log);
  size_t open = 0;
  for (const auto& account : result.accounts) {
    if (account.outcome == KATO_RECORD_HELD) ++open;
    if (account.reason == "not-sent") --open;
  }
  CHECK(open == 64);
}

TEST_CASE("a text is contained in another as whole lines only", "[claude][quick]") {
  using kato::claude::contains_lines;
  CHECK(contains_lines("yes", "yes"));
  CHECK(contains_lines("first\nyes\nlast", "yes"));
  CHECK(contains_lines("a\nyes please\nyes\r\nb", "yes"));
  CHECK_FALSE(contains_lines("yes please", "yes"));
  CHECK_FALSE(contains_lines("oh yes", "yes"));
  CHECK_FALSE(contains_lines("", "yes"));
  CHECK_FALSE(contains_lines("yes", ""));
}

TEST_CASE("a queued command is said once, under whatever name it is logged", "[claude][quick]") {
  const auto result =
      decode(queued("enqueue", R"("/cost")") + queued("dequeue") +
             user("u1", R"("<command-name>/usage</command-name>\n            <command-message>")"));
  CHECK(result.of(KATO_USER_MESSAGE).empty());
  CHECK(result.notes() == Texts{"command: /usage"});
  CHECK(result.accounts.back().outcome != KATO_RECORD_HELD);
  CHECK(result.accounts[2].reason == "duplicate");
}

TEST_CASE("texts that quote a queued prompt do not stand for it", "[claude][quick]") {
  const std::vector<std::string> quotes = {
      user("u1", R"("Summary:\ndo more\nThat is all.")", R"(,"isCompactSummary":true)"),
      user("u1", R"("Skill\ndo more")", R"(,"isMeta":true)"),
      user("u1", R"("<local-command-stdout>ok\ndo more\nok</local-command-stdout>")"),
      line(
          "system", "u1",
          R"(,"subtype":"local_command","content":"<local-command-stdout>\ndo more\n</local-command-stdout>")"),
  };
  for (const auto& quote : quotes) {
    INFO(quote);
    const auto result = decode(queued("enqueue", R"("do more")") + quote + queued("remove") +
                               line("system", "x1", R"(,"subtype":"turn_duration")"));
    CHECK(result.texts(KATO_USER_MESSAGE) == Texts{"do more"});
  }
}

TEST_CASE("a prompt that left the queue is said by the next line, in whatever writing",
          "[claude][quick]") {
  for (const auto& [typed, sent, said] : std::vector<std::array<std::string, 3>>{
           {R"("ls -a")", R"("<bash-input>ls -a</bash-input>")", "!ls -a"},
           {R"("see [Pasted text #1 +2 lines]")", R"("see a\nb")", "see a\nb"}}) {
    const auto result =
        decode(old_answer("a1", "m1") + queued("enqueue", typed) + queued("dequeue") +
               old_line("user", "u1", R"(,"message":{"role":"user","content":)" + sent + "}") +
               old_answer("a2", "m2") + queued("enqueue", R"("more")") + queued("remove") +
               old_answer("a3", "m3"));
    CHECK(result.texts(KATO_USER_MESSAGE) == Texts{said, "more"});
  }
}

TEST_CASE("what the queue gives out first need not be what waited longest", "[claude][quick]") {
  const auto result =
      decode(old_answer("a1", "m1") + queued("enqueue", R"("later")") +
             queued("enqueue", R"("first")") + queued("dequeue") +
             old_line("user", "u1", R"(,"message":{"role":"user","content":"first"})") +
             queued("remove") + old_answer("a2", "m2"));
  CHECK(result.texts(KATO_USER_MESSAGE) == Texts{"first", "later"});
}

TEST_CASE("an interruption is no prompt that left the queue", "[claude][quick]") {
  const auto result =
      decode(queued("enqueue", R"("see [Image #1]")") + queued("dequeue") +
             user("u1", R"([{"type":"text","text":"[Request interrupted by user]"}])") +
             user("u2", R"("see [Image #1]")"));
  CHECK(result.texts(KATO_USER_MESSAGE) == Texts{"see [Image #1]"});
  CHECK(result.accounts.back().outcome == KATO_RECORD_MAPPED);
}

TEST_CASE("a queued prompt without a mode is a person's", "[claude][quick]") {
  const auto result = decode(
      line("attachment", "q1", R"(,"attachment":{"type":"queued_command","prompt":"do more"})") +
      line("attachment", "q2",
           R"(,"attachment":{"type":"queued_command","prompt":"quiet","isMeta":true})"));
  CHECK(result.texts(KATO_USER_MESSAGE) == Texts{"do more"});
}
