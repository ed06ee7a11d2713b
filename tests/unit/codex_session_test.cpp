// What a Codex file is: its session, its parent, its place among the session's files.
#include <kato/common.hpp>

#include "codex_rig.h"
#include "plugins/codex/identify.h"
#include "plugins/codex/sources.h"
#include "plugins/codex/title_index.h"
#include "tests/support/catch.h"

using kato::codex::Session;
using kato::sdk::bytes;
using kato::sdk::str;
using kato::test::decode;
using kato::test::LogText;
using kato::test::Story;
using Texts = std::vector<std::string>;

namespace {

constexpr std::string_view kPath =
    "sessions/2026/11/20/rollout-2026-11-20T10-00-00-id-of-name.jsonl";

kato::sdk::Probe probe(std::string_view head, std::string_view path = kPath, bool whole = true) {
  kato_probe_input input{};
  input.struct_size = sizeof(input);
  input.whole_file = whole ? 1 : 0;
  input.path = str(path);
  std::string padded(head);
  padded.append(KATO_READ_PADDING_BYTES, '\0');
  input.head = bytes(std::string_view(padded).substr(0, head.size()));
  return kato::codex::identify(input);
}

std::string meta(std::string_view more) {
  return R"({"timestamp":"t","type":"session_meta","payload":{"id":"own","cwd":"/a","cli_version":"0.169.0","timestamp":"2026-11-20T10:00:00.000Z")" +
         std::string(more) + "}}\n";
}

}  // namespace

TEST_CASE("the first line says what session it is", "[codex][quick]") {
  const auto found = probe(meta(R"(,"source":"cli")"));
  REQUIRE(found.verdict == KATO_PROBE_MINE);
  CHECK(found.identity.provider_session_id == "own");
  CHECK(found.identity.project_directory == "/a");
  CHECK(found.identity.client_version == "0.169.0");
  CHECK(found.identity.started_at == "2026-11-20T10:00:00.000Z");
  CHECK(found.identity.driver == KATO_DRIVER_PERSON);
  CHECK(found.identity.relation == KATO_RELATION_WHOLE);
  CHECK(found.identity.parentage == KATO_PARENT_NONE);
}

TEST_CASE("a first line that is not complete needs more bytes", "[codex][quick]") {
  const auto line = meta("");
  CHECK(probe(line.substr(0, 40), kPath, false).verdict == KATO_PROBE_NEED_MORE_BYTES);
  CHECK(probe("", kPath, false).verdict == KATO_PROBE_NEED_MORE_BYTES);
  CHECK(probe(line, kPath, false).verdict == KATO_PROBE_MINE);
}

TEST_CASE("a line that names no session is identified by the file's name", "[codex][quick]") {
  const auto found = probe(R"({"type":"message","role":"user","content":[]})"
                           "\n");
  REQUIRE(found.verdict == KATO_PROBE_MINE);
  CHECK(found.identity.provider_session_id == "id-of-name");
}

TEST_CASE("another program's log is not ours", "[codex][quick]") {
  CHECK(probe(R"({"type":"user","sessionId":"x","message":{"role":"user"}})"
              "\n")
            .verdict == KATO_PROBE_NOT_MINE);
  CHECK(probe("plain text\n").verdict == KATO_PROBE_NOT_MINE);
  CHECK(probe(R"({"messages":[]})", "sessions/rollout-x.json").verdict == KATO_PROBE_NOT_MINE);
}

TEST_CASE("sub-agents and forks name their parents", "[codex][quick]") {
  const auto spawned = probe(meta(
      R"(,"source":{"subagent":{"thread_spawn":{"parent_thread_id":"par"}}},"forked_from_id":"par","parent_thread_id":"par")"));
  CHECK(spawned.identity.parentage == KATO_PARENT_SPAWNED);
  CHECK(spawned.identity.parent_provider_session_id == "par");
  CHECK(spawned.identity.driver == KATO_DRIVER_PROGRAM);
  CHECK(spawned.identity.title_hint.empty());
  const auto named = probe(meta(
      R"(,"source":{"subagent":{"thread_spawn":{"parent_thread_id":"par","agent_path":"/root/count_weeds","agent_nickname":"Ivy"}}})"));
  CHECK(named.identity.title_hint == "count_weeds");
  CHECK(probe(meta(R"(,"source":{"custom":"an app"})")).identity.driver == KATO_DRIVER_UNKNOWN);
  const auto forked = probe(meta(R"(,"source":"vscode","forked_from_id":"orig")"));
  CHECK(forked.identity.parentage == KATO_PARENT_FORKED);
  CHECK(forked.identity.parent_provider_session_id == "orig");
  CHECK(probe(meta(R"(,"source":"exec")")).identity.driver == KATO_DRIVER_PROGRAM);
}

TEST_CASE("a rewound thread goes on in its second file", "[codex][quick]") {
  const auto found = probe(
      meta(R"(,"source":"vscode","history_base":{"thread_id":"own","end_ordinal_exclusive":26})"));
  CHECK(found.identity.provider_session_id == "own");
  CHECK(found.identity.relation == KATO_RELATION_CONTINUATION);
  CHECK(found.identity.continues_at == "ordinal 26");
  CHECK(found.identity.parentage == KATO_PARENT_NONE);
}

TEST_CASE("of two files of one session the plain live one ranks best", "[codex][quick]") {
  const auto rank = [](std::string_view path) { return probe(meta(""), path).identity.rank; };
  const auto live = rank("sessions/2026/11/20/rollout-a.jsonl");
  CHECK(live > rank("archived_sessions/rollout-a.jsonl"));
  CHECK(rank("archived_sessions/rollout-a.jsonl") >
        rank("sessions/2026/11/20/rollout-a.jsonl.zst"));
  CHECK(rank("sessions/rollout-a.jsonl.zst") > rank("archived_sessions/rollout-a.jsonl.zst"));
}

TEST_CASE("the latest title of a thread counts", "[codex][quick]") {
  const std::string_view index =
      "{\"id\":\"a\",\"thread_name\":\"old\"}\nbroken a\n{\"id\":\"b\",\"thread_name\":\"about "
      "a\"}\n"
      "{\"id\":\"a\",\"thread_name\":\"n\\u00e9w\"}";
  CHECK(kato::codex::title_of(index, "a") == "n\xC3\xA9w");
  CHECK(kato::codex::title_of(index, "c").empty());
}

TEST_CASE("a document of spring 2025 tells its items", "[codex][quick]") {
  const std::string_view document =
      R"({"session":{"id":"d1","timestamp":"2025-04-18T15:03:20.511Z"},"items":[)"
      R"({"type":"message","role":"user","content":[{"type":"input_text","text":"sort"}]},)"
      R"({"type":"message","role":"assistant","content":[{"type":"output_text","text":"done"}]}]})";
  const std::string_view path = "sessions/rollout-2025-04-18-d1.json";
  CHECK(probe(document, path).identity.provider_session_id == "d1");
  CHECK(probe(document.substr(0, 50), path, false).verdict == KATO_PROBE_NEED_MORE_BYTES);
  CHECK(probe(document.substr(0, 50), path).verdict == KATO_PROBE_NOT_MINE);
  // Its items are not needed to know whose it is.
  const auto head = document.substr(0, document.find("\"type\""));
  CHECK(probe(head, path, false).identity.provider_session_id == "d1");
  const auto story = decode(document, {"d1", false}, {}, path);
  CHECK(story.texts(KATO_USER_MESSAGE) == Texts{"sort"});
  CHECK(story.texts(KATO_ASSISTANT_MESSAGE) == Texts{"done"});
  CHECK(story.accounted() == document.size());
}

TEST_CASE("a sub-agent's copy of its parent's history is passed over", "[codex][quick]") {
  LogText log;
  log.raw(
      R"({"timestamp":"t","ordinal":0,"type":"session_meta","payload":{"id":"kid","subagent_history_start_ordinal":3}})");
  log.raw(R"({"timestamp":"t","ordinal":1,"type":"session_meta","payload":{"id":"par"}})");
  log.raw(
      R"({"timestamp":"t","ordinal":2,"type":"event_msg","payload":{"type":"user_message","message":"::start"}})");
  const auto copied = log.last();
  log.raw(
      R"({"timestamp":"t","ordinal":3,"type":"event_msg","payload":{"type":"agent_message","message":"mine"}})");
  const auto story = decode(log.text(), {"kid", true}, {1, true, false});
  CHECK(story.outcome(copied) == "ignored inherited");
  CHECK(story.texts(KATO_ASSISTANT_MESSAGE) == Texts{"mine"});
  CHECK(story.of(KATO_USER_MESSAGE).empty());
}

TEST_CASE("a fork's copy is told as inherited, until its own first turn", "[codex][quick]") {
  const std::string own = "01a1f86f-34c0-7abc-8def-000000000702";
  const std::string before = "01a1f866-0dc8-7abc-8def-000000000703";
  const std::string after = "01a1f870-1f20-7abc-8def-000000000704";
  LogText log;
  log.line("session_meta", R"({"id":")" + own + R"(","forked_from_id":"par"})");
  log.line("session_meta", R"({"id":"par"})");
  log.event(R"({"type":"task_started","turn_id":")" + before + "\"}").user_event("old");
  log.event(R"({"type":"task_started","turn_id":")" + after + "\"}").user_event("new");
  const auto story = decode(log.text(), {own, false});
  const auto messages = story.of(KATO_USER_MESSAGE);
  REQUIRE(messages.size() == 2);
  CHECK(messages[0]->flags == KATO_DRAFT_INHERITED);
  CHECK(messages[1]->flags == 0);
}

TEST_CASE("a resumed file goes on as the same session", "[codex][quick]") {
  LogText log;
  log.line("session_meta", R"({"id":"own","cwd":"/a","cli_version":"1"})").user_event("one");
  log.line("session_meta", R"({"id":"own","cwd":"/a","cli_version":"2"})").user_event("two");
  const auto story = decode(log.text(), {"own", false});
  const auto infos = story.of(KATO_PROVIDER_INFO);
  REQUIRE(infos.size() == 2);
  CHECK(infos[0]->subtype == "session-start");
  CHECK(infos[1]->subtype == "session-resume");
  CHECK(story.facts == Texts{"/a|1", "|2"});
  for (const auto* message : story.of(KATO_USER_MESSAGE)) {
    CHECK(message->flags == 0);
  }
}

TEST_CASE("a bare log says its folder in the environment alone", "[codex][quick]") {
  LogText log;
  log.raw(R"({"id":"b","timestamp":"2025-08-30T09:12:44.118Z","instructions":null})");
  log.raw(
      R"({"type":"message","role":"user","content":[{"type":"input_text","text":"<environment_context>\nCurrent working directory: /home/ana\nApproval policy: never\n</environment_context>"}]})");
  log.raw(R"({"record_type":"state"})");
  const auto marker = log.last();
  log.raw(R"({"type":"message","role":"user","content":[{"type":"input_text","text":"go on"}]})");
  log.raw(R"({"type":"message","role":"user","content":[{"type":"input_text","text":"go on"}]})");
  const auto story = decode(log.text(), {"b", false});
  CHECK(story.facts == Texts{"/home/ana|"});
  CHECK(story.outcome(marker) == "ignored state-marker");
  const auto messages = story.of(KATO_USER_MESSAGE);
  REQUIRE(messages.size() == 2);
  CHECK(messages[0]->key != messages[1]->key);
}

TEST_CASE("sources are described once and for all", "[codex][quick]") {
  const auto& description = kato::codex::source_description();
  CHECK(kato::sdk::view(description.default_roots[0]) == "${CODEX_HOME:-~/.codex}");
  CHECK(description.pattern_count == 6);
}

TEST_CASE("the end of a turn may be named as in the stream of exec", "[codex][quick]") {
  LogText log;
  log.event(R"({"type":"turn.completed","message":"ok"})");
  log.event(R"({"type":"turn.completed","usage":{"input_tokens":3}})");
  const Story story = decode(log.text());
  const auto infos = story.of(KATO_PROVIDER_INFO);
  REQUIRE(infos.size() == 2);
  CHECK(infos[0]->subtype == "turn-end");
  CHECK(infos[1]->subtype == "token-usage");
}
