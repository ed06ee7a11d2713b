// Whatever lies where a log should be: an outcome and a clear message, and no harm to neighbours.
#include <functional>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/e2e/home.h"
#include "tests/support/catch.h"

using kato::test::eventually;
using kato::test::Home;

namespace {

constexpr size_t kDeep = 10'000;

// An append log of one agent: what it begins with, and a line that a person typed.
struct AgentLog {
  const char* provider;
  std::string path;
  std::string head;
  std::function<std::string(std::string_view key, std::string_view text)> said;
};

std::vector<AgentLog> agent_logs(const Home& home) {
  const std::string time = R"("timestamp":"2026-11-20T09:00:00.000Z")";
  const auto claude = [&home](std::string_view key, std::string_view text) {
    return home.user(key, text, "2026-11-20T09:00:00.000Z");
  };
  const auto codex = [time](std::string_view, std::string_view text) {
    return "{" + time + R"(,"type":"event_msg","payload":{"type":"user_message","message":")" +
           std::string(text) + R"(","images":[]}})" + "\n";
  };
  const auto gemini = [time](std::string_view key, std::string_view text) {
    return R"({"id":")" + std::string(key) + "\"," + time +
           R"(,"type":"user","content":[{"text":")" + std::string(text) + R"("}]})" + "\n";
  };
  return {
      {"claude", std::string(Home::kLog), "", claude},
      {"codex",
       ".codex/sessions/2026/11/20/"
       "rollout-2026-11-20T09-00-00-01a1f866-0d00-7abc-8def-000000000601.jsonl",
       "{" + time +
           R"(,"type":"session_meta","payload":{"id":"01a1f866-0d00-7abc-8def-000000000601",)"
           R"("timestamp":"2026-11-20T09:00:00.000Z","cwd":"/proj","originator":"codex_cli_rs",)"
           R"("cli_version":"0.80.0","source":"cli"}})"
           "\n",
       codex},
      {"gemini", ".gemini/tmp/proj/chats/session-2026-11-20T09-00-9d2f4b1c.jsonl",
       R"({"sessionId":"9d2f4b1c-0000-4000-8000-000000000001","projectHash":"proj",)"
       R"("startTime":"2026-11-20T09:00:00.000Z","lastUpdated":"2026-11-20T09:00:00.000Z",)"
       R"("kind":"main"})"
       "\n",
       gemini},
  };
}

struct BadLog {
  const char* name;
  std::string content;
  bool has_good_line;
};

std::string nested(size_t levels) {
  return R"({"type":"user","uuid":"n","message":)" + std::string(levels, '[') +
         std::string(levels, ']') + "}\n";
}

std::vector<BadLog> bad_logs(const AgentLog& log) {
  using namespace std::string_literals;
  const auto good = log.head + log.said("g1", "good");
  return {
      {"empty", "", false},
      {"truncated", good.substr(0, good.size() / 2), false},
      {"binary", log.head + "\x7f"s + "ELF\x02\x01\x01\0\0\xff\xfe\x80\n"s + good, true},
      {"NUL bytes", good + "{\"a\":\"\0\0\"}\n"s + std::string(100, '\0') + "\n", true},
      {"invalid UTF-8", good + log.said("u1", "broken \xff\xfe\x80 bytes"), true},
      {"lone surrogates", good + log.said("u2", R"(half \ud83d pair)"), true},
      {"not an object", good + "[1,2]\n42\nnull\n\"text\"\n", true},
      {"10,000 levels", good + nested(kDeep), true},
  };
}

// A document that is no document gives nothing; one with bad text in it gives the rest.
std::vector<BadLog> bad_documents() {
  using namespace std::string_literals;
  const auto document = [](std::string_view text) {
    return R"({"sessionId":"9d2f4b1c-0000-4000-8000-000000000001","projectHash":"proj",)"
           R"("startTime":"2026-11-20T09:00:00.000Z","lastUpdated":"2026-11-20T09:00:00.000Z",)"
           R"("messages":[{"id":"m1","timestamp":"2026-11-20T09:00:00.000Z","type":"user",)"
           R"("content":"good"},{"id":"m2","timestamp":"2026-11-20T09:00:01.000Z",)"
           R"("type":"user","content":)" +
           std::string(text) + "}]}";
  };
  return {
      {"empty", "", false},
      {"truncated", document("1").substr(0, 200), false},
      {"binary", "\x7f"s + "ELF\x02\x01\x01\0\0\xff\xfe\x80\n"s, false},
      {"an array", "[1,2,3]", false},
      {"NUL bytes", std::string(100, '\0'), false},
      {"invalid UTF-8", document("\"broken \xff\xfe\x80 bytes\""), true},
      {"lone surrogates", document(R"("half \ud83d pair")"), true},
      {"10,000 levels", document(std::string(kDeep, '[') + std::string(kDeep, ']')), false},
      {"another type", document("42"), true},
  };
}

void check_bad_log(const Home& home, std::string_view path, const BadLog& bad) {
  CAPTURE(path, bad.name);
  const auto log = home.write(path, bad.content);
  const auto inspected = home.kato({"inspect", log, "--json"});
  INFO(inspected.err);
  CHECK((inspected.exit_code == 0 || inspected.exit_code == 1));
  CHECK(inspected.out.size() + inspected.err.size() > 0);
  if (!bad.has_good_line) return;
  const auto total = std::to_string(bad.content.size());
  CHECK(inspected.out.find(R"("bytes":{"total":)" + total + R"(,"accounted":)" + total + "}") !=
        std::string::npos);
  const auto exported = home.kato({"export", log, "-o", "-"});
  CHECK(exported.exit_code == 0);
  CHECK(exported.out.find("good") != std::string::npos);
}

}  // namespace

TEST_CASE("P4: a bad log has an outcome, its good lines are exported, every byte is accounted for",
          "[e2e][P4]") {
  const Home home;
  for (const auto& log : agent_logs(home)) {
    for (const auto& bad : bad_logs(log)) {
      check_bad_log(home, log.path, bad);
    }
  }
  for (const auto& bad : bad_documents()) {
    check_bad_log(home, ".gemini/tmp/proj/chats/session-2026-11-20T09-00-9d2f4b1d.json", bad);
  }
}

TEST_CASE("a line of 100 MB is one record like any other", "[e2e]") {
  constexpr size_t kLineBytes = 100'000'000;
  const Home home;
  for (const auto& agent : agent_logs(home)) {
    CAPTURE(agent.provider);
    const auto log = home.write(agent.path, agent.head + agent.said("l1", "before") +
                                                agent.said("l2", std::string(kLineBytes, 'x')) +
                                                agent.said("l3", "behind"));
    const auto exported = home.kato({"export", log, "-o", home.path("big.md"), "--force"});
    INFO(exported.err);
    REQUIRE(exported.exit_code == 0);
    CHECK(home.contains("big.md", "before"));
    CHECK(home.contains("big.md", "behind"));
  }
}

TEST_CASE("what is no file is named in the message, and its neighbour is listed", "[e2e]") {
  const Home home;
  const std::string folder = ".claude/projects/-proj/";
  const std::string tail = "-2222-4333-8444-555555555555.jsonl";
  home.write(folder + "22222222" + tail + "/inside", "a folder");
  REQUIRE(::symlink("/nowhere/at/all", home.path(folder + "33333333" + tail).c_str()) == 0);
  REQUIRE(::mkfifo(home.path(folder + "44444444" + tail).c_str(), 0600) == 0);
  home.write(Home::kLog, home.user("g1", "good"));
  for (const auto* name : {"22222222", "33333333", "44444444"}) {
    const auto path = home.path(folder + name + tail);
    CAPTURE(path);
    const auto inspected = home.kato({"inspect", path});
    CHECK(inspected.exit_code != 0);
    CHECK(inspected.err.find(path) != std::string::npos);
  }
  const auto listed = home.kato({"sessions"});
  CHECK(listed.exit_code == 0);
  CHECK(listed.out.find("good") != std::string::npos);
}

TEST_CASE("P8: bad logs beside it do not keep a conversation from being recorded", "[e2e][P8]") {
  const Home home;
  int number = 0;
  const auto logs = agent_logs(home);
  for (const auto& bad : bad_logs(logs.front())) {
    home.write(".claude/projects/-proj/6666666" + std::to_string(number) +
                   "-2222-4333-8444-555555555555.jsonl",
               bad.content);
    home.write(
        ".codex/sessions/2026/11/20/rollout-2026-11-20T09-00-00-01a1f866-0d00-7abc-8def-"
        "00000000060" +
            std::to_string(number) + ".jsonl",
        bad.content);
    home.write(".gemini/tmp/proj/chats/session-2026-11-20T09-00-9d2f4b1" +
                   std::to_string(number++) + ".json",
               bad.content);
  }
  home.write(Home::kLog, "");
  const auto daemon = home.start_daemon();
  home.append(Home::kLog, home.user("s1", "::start notes.md"));
  CHECK(eventually([&] { return home.contains("proj/notes.md", "::start"); }));
  Home::stop(*daemon);
}
