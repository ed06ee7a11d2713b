// Whose log a file is.
#include "claude_rig.h"
#include "plugins/claude/sources.h"
#include "tests/support/catch.h"

using namespace claude_test;

namespace {

constexpr std::string_view kMain = "-home-dev-app/11111111-2222-4333-8444-555555555555.jsonl";
constexpr std::string_view kMainId = "11111111-2222-4333-8444-555555555555";

std::string first_line(std::string_view session, const std::string& rest = "") {
  return R"({"type":"user","uuid":"u1","sessionId":")" + std::string(session) +
         R"(","cwd":"/home/dev/app","version":"2.1.330","timestamp":"2026-11-22T08:00:00Z")" +
         rest + R"(,"message":{"content":"hi"}})" + "\n";
}

}  // namespace

TEST_CASE("a session is known by its file's name and first line", "[claude][quick]") {
  const auto found = probe(kMain, R"({"type":"mode","mode":"normal"})"
                                  "\n" +
                                      first_line(kMainId, R"(,"entrypoint":"cli")"));
  REQUIRE(found.verdict == KATO_PROBE_MINE);
  CHECK(found.identity.provider_session_id == kMainId);
  CHECK(found.identity.parentage == KATO_PARENT_NONE);
  CHECK(found.identity.driver == KATO_DRIVER_PERSON);
  CHECK(found.identity.project_directory == "/home/dev/app");
  CHECK(found.identity.started_at == "2026-11-22T08:00:00Z");
  CHECK(found.identity.client_version == "2.1.330");
}

TEST_CASE("programs that drive a session are told from people", "[claude][quick]") {
  const auto driver = [](const std::string& rest) {
    return probe(kMain, first_line(kMainId, rest)).identity.driver;
  };
  CHECK(driver(R"(,"entrypoint":"sdk-cli")") == KATO_DRIVER_PROGRAM);
  CHECK(driver(R"(,"entrypoint":"claude-vscode")") == KATO_DRIVER_PERSON);
  CHECK(driver(R"(,"promptSource":"typed")") == KATO_DRIVER_PERSON);
  CHECK(driver("") == KATO_DRIVER_UNKNOWN);
}

TEST_CASE("a sub-agent's file is a session of its own, in both layouts", "[claude][quick]") {
  const std::string head =
      first_line(kMainId, R"(,"isSidechain":true,"agentId":"a23bfb31438cc8bcb")");
  const auto below =
      probe("-home-dev-app/" + std::string(kMainId) + "/subagents/agent-a23bfb31438cc8bcb.jsonl",
            head, true, kato::claude::kAgentMeta, R"({"description":"Inspect it\nall"})");
  REQUIRE(below.verdict == KATO_PROBE_MINE);
  CHECK(below.identity.parentage == KATO_PARENT_SPAWNED);
  CHECK(below.identity.parent_provider_session_id == kMainId);
  CHECK(below.identity.provider_session_id == std::string(kMainId) + "/agent-a23bfb31438cc8bcb");
  CHECK(below.identity.title_hint == "Inspect it");
  CHECK(below.identity.driver == KATO_DRIVER_PROGRAM);
  const auto beside = probe("-home-dev-app/agent-a23bfb31438cc8bcb.jsonl", head);
  CHECK(beside.identity.provider_session_id == below.identity.provider_session_id);
}

TEST_CASE("a fork names the session that it came from", "[claude][quick]") {
  const auto marked = probe(
      kMain, first_line(kMainId, R"(,"forkedFrom":{"sessionId":"older","messageUuid":"u1"})"));
  CHECK(marked.identity.parentage == KATO_PARENT_FORKED);
  CHECK(marked.identity.parent_provider_session_id == "older");
  const auto resumed = probe(kMain, first_line("older"));
  CHECK(resumed.identity.provider_session_id == kMainId);
  CHECK(resumed.identity.parentage == KATO_PARENT_FORKED);
}

TEST_CASE("a renamed file keeps the id of its lines", "[claude][quick]") {
  CHECK(probe("copy.jsonl", first_line(kMainId)).identity.provider_session_id == kMainId);
}

TEST_CASE("a title that the user gave is found beside the session", "[claude][quick]") {
  const auto found = probe(kMain, first_line(kMainId), true, kato::claude::kCustomTitle,
                           R"({"customTitle":"My work"})");
  CHECK(found.identity.title_hint == "My work");
}

TEST_CASE("a long first line asks for more, up to the whole file", "[claude][quick]") {
  const std::string long_line = first_line(kMainId, R"(,"x":")" + std::string(300'000, 'x') + "\"");
  CHECK(probe(kMain, long_line.substr(0, 4096), false).verdict == KATO_PROBE_NEED_MORE_BYTES);
  CHECK(probe(kMain, long_line.substr(0, 290'000), false).verdict == KATO_PROBE_NEED_MORE_BYTES);
  CHECK(probe(kMain, long_line, false).verdict == KATO_PROBE_MINE);
  CHECK(probe(kMain, "", true).verdict == KATO_PROBE_NEED_MORE_BYTES);
}

TEST_CASE("bookkeeping alone is not waited behind for ever", "[claude][quick]") {
  std::string head;
  while (head.size() < 300'000) {
    head += R"({"type":"file-history-snapshot","messageId":"x"})"
            "\n";
  }
  CHECK(probe(kMain, std::string_view(head).substr(0, 10'000), false).verdict ==
        KATO_PROBE_NEED_MORE_BYTES);
  CHECK(probe(kMain, head, false).verdict == KATO_PROBE_MINE);
}

TEST_CASE("each line of bookkeeping alone tells whose log it is", "[claude][quick]") {
  for (const std::string type : {"api-request-shape", "cost-state", "frame-link", "atis-latch"}) {
    const auto found =
        probe(kMain, R"({"type":")" + type + R"(","sessionId":")" + std::string(kMainId) + "\"}\n");
    INFO(type);
    CHECK(found.verdict == KATO_PROBE_MINE);
  }
}

TEST_CASE("other programs' files are not ours", "[claude][quick]") {
  for (const std::string_view head :
       {R"({"display":"/exit","timestamp":1,"sessionId":"x"})"
        "\n",
        R"({"type":"started","key":"v2:x","agentId":"a"})"
        "\n",
        R"({"timestamp":"t","type":"session_meta","payload":{"id":"x"}})"
        "\n",
        R"({"sessionId":"x","projectHash":"y","startTime":"t","kind":"main"})"
        "\n",
        R"({"id":"1","timestamp":"t","type":"user","content":"hi"})"
        "\n",
        "\x7f"
        "ELF\x02\n",
        "[]\n"}) {
    INFO(head);
    CHECK(probe(kMain, head).verdict == KATO_PROBE_NOT_MINE);
  }
}
