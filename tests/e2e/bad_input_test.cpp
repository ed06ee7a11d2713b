// Whatever lies where a log should be: an outcome and a clear message, and no harm to neighbours.
#include <sys/stat.h>
#include <unistd.h>

#include "tests/e2e/home.h"
#include "tests/support/catch.h"

using kato::test::eventually;
using kato::test::Home;

namespace {

constexpr size_t kDeep = 10'000;

struct BadLog {
  const char* name;
  std::string content;
  bool has_good_line;
};

std::string nested(size_t levels) {
  return R"({"type":"user","uuid":"n","message":)" + std::string(levels, '[') +
         std::string(levels, ']') + "}\n";
}

std::vector<BadLog> bad_logs(const Home& home) {
  using namespace std::string_literals;
  const auto good = home.user("g1", "good");
  return {
      {"empty", "", false},
      {"truncated", good.substr(0, good.size() / 2), false},
      {"binary", "\x7f"s + "ELF\x02\x01\x01\0\0\xff\xfe\x80\n"s + good, true},
      {"NUL bytes", good + "{\"a\":\"\0\0\"}\n"s + std::string(100, '\0') + "\n", true},
      {"invalid UTF-8", good + home.user("u1", "broken \xff\xfe\x80 bytes"), true},
      {"lone surrogates", good + home.user("u2", R"(half \ud83d pair)"), true},
      {"not an object", good + "[1,2]\n42\nnull\n\"text\"\n", true},
      {"10,000 levels", good + nested(kDeep), true},
  };
}

}  // namespace

TEST_CASE("P4: a bad log has an outcome, its good lines are exported, every byte is accounted for",
          "[e2e][P4]") {
  const Home home;
  for (const auto& bad : bad_logs(home)) {
    CAPTURE(bad.name);
    const auto log = home.write(Home::kLog, bad.content);
    const auto inspected = home.kato({"inspect", log, "--json"});
    INFO(inspected.err);
    CHECK((inspected.exit_code == 0 || inspected.exit_code == 1));
    CHECK(inspected.out.size() + inspected.err.size() > 0);
    if (!bad.has_good_line) continue;
    const auto total = std::to_string(bad.content.size());
    CHECK(inspected.out.find(R"("bytes":{"total":)" + total + R"(,"accounted":)" + total + "}") !=
          std::string::npos);
    const auto exported = home.kato({"export", log, "-o", "-"});
    CHECK(exported.exit_code == 0);
    CHECK(exported.out.find("good") != std::string::npos);
  }
}

TEST_CASE("a line of 100 MB is one record like any other", "[e2e]") {
  constexpr size_t kLineBytes = 100'000'000;
  const Home home;
  const auto log = home.write(Home::kLog, home.user("l1", "before") +
                                              home.user("l2", std::string(kLineBytes, 'x')) +
                                              home.user("l3", "behind"));
  const auto exported = home.kato({"export", log, "-o", home.path("big.md")});
  INFO(exported.err);
  REQUIRE(exported.exit_code == 0);
  CHECK(home.contains("big.md", "before"));
  CHECK(home.contains("big.md", "behind"));
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
  for (const auto& bad : bad_logs(home)) {
    home.write(".claude/projects/-proj/6666666" + std::to_string(number++) +
                   "-2222-4333-8444-555555555555.jsonl",
               bad.content);
  }
  home.write(Home::kLog, "");
  const auto daemon = home.start_daemon();
  home.append(Home::kLog, home.user("s1", "::start notes.md"));
  CHECK(eventually([&] { return home.contains("proj/notes.md", "::start"); }));
  Home::stop(*daemon);
}
