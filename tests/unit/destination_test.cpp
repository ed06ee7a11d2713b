#include "host/policy/destination.h"

#include <filesystem>
#include <random>
#include <string>
#include <unistd.h>
#include <vector>

#include "host/base/utf8.h"

#include "tests/support/catch.h"

using namespace kato;
namespace fs = std::filesystem;

namespace {

const std::vector<SinkExtension>& sinks() {
  static const std::vector<SinkExtension> list = {
      {"lines", "jsonl"}, {"plain", "md"}, {"fancy", "md"}};
  return list;
}

DestinationRules rules() {
  return {.state_directory = "/home/ada/.kato",
          .home = "/home/ada",
          .default_path = {},
          .default_extension = "md",
          .sinks = sinks()};
}

SessionNames session() {
  return {.provider = "agent",
          .session_id = "0123abcd-0000-0000-0000-000000000000",
          .short_id = "0123abcd",
          .title = [] { return std::string("Fix: the \"parser\" / lexer?"); },
          .project_directory = "/work/my project/",
          .first_time = CivilTime{2026, 2, 5, 8, 6, 4}};
}

std::string filled(const std::string& text) {
  auto with = rules();
  with.default_path = text;
  const auto path = default_destination(with, session());
  return path ? *path : "error: " + path.error().message();
}

std::string resolved(std::string_view text, const std::string& base = "/work/my project") {
  const auto files = make_posix_file_system();
  const auto path = resolve_destination(*files, text, base, rules(), session());
  return path ? path->path : "error: " + path.error().message();
}

}  // namespace

TEST_CASE("the default destination is filled with what is known", "[destination]") {
  CHECK(resolved("") == "/home/ada/.kato/recordings/agent-0123abcd-2026-02-05.md");
  CHECK(filled("{project}/log/{year}/{month}/{day}/{time}.md") ==
        "/work/my project/log/2026/02/05/080604.md");
  CHECK(filled("/n/{project}/{slug}.jsonl") == "/n/my project/fix-the-parser-lexer.jsonl");
  CHECK(filled("/n/{title}.md") == "/n/Fix- the -parser- - lexer.md");
  CHECK(filled("/n/{sessionId}.MD") == "/n/0123abcd-0000-0000-0000-000000000000.MD");
  CHECK(filled("/n/{what}.md").starts_with("error: default destination"));
  CHECK(filled("/n/{state}.md").starts_with("error: "));
}

TEST_CASE("a session without a time is undated, never now", "[destination]") {
  auto undated = session();
  undated.first_time.reset();
  auto with = rules();
  with.default_path = "/n/{year}/{date}-{time}.md";
  CHECK(*default_destination(with, undated) == "/n/undated/undated-undated.md");
}

TEST_CASE("a template that needs a project fails without one, and says so", "[destination]") {
  auto homeless = session();
  homeless.project_directory.clear();
  auto with = rules();
  with.default_path = "{project}/{date}.md";
  CHECK_FALSE(default_destination(with, homeless));
  with.default_path = "/n/{project}.md";
  CHECK(*default_destination(with, homeless) == "/n/no-project.md");
  with.default_path = "{project}/{date}.md";
  const auto files = make_posix_file_system();
  CHECK(resolve_destination(*files, "/tmp/", "", with, homeless)->path ==
        "/tmp/agent-0123abcd-2026-02-05.md");
}

TEST_CASE("generated names end in an extension that a sink writes", "[destination]") {
  CHECK(filled("/n/{date}") == "/n/2026-02-05.md");
  CHECK(filled("/n/v1.2 {date}.notes") == "/n/v1.2 2026-02-05.notes.md");
  auto with = rules();
  with.default_extension = "jsonl";
  CHECK(default_destination(with, session())->ends_with("-2026-02-05.jsonl"));
  with.default_path = "/n/{date}.md";
  CHECK(*default_destination(with, session()) == "/n/2026-02-05.md");
  with.default_path = "/n/{date}/";
  CHECK(*default_destination(with, session()) == "/n/2026-02-05/0123abcd.jsonl");
}

TEST_CASE("a destination is full, below home, or relative to the project", "[destination]") {
  CHECK(resolved("/n/x.md") == "/n/x.md");
  CHECK(resolved("~/n/x.md") == "/home/ada/n/x.md");
  CHECK(resolved("n/x.md") == "/work/my project/n/x.md");
  CHECK(resolved("../x.md") == "/work/my project/../x.md");
  CHECK(resolved("~bob/x.md").starts_with("error: "));
  CHECK(resolved("x.md", "").starts_with("error: 'x.md' is relative"));
  CHECK(resolved("a~b.md") == "/work/my project/a~b.md");
  CHECK(resolved("notes.daily") == "/work/my project/notes.daily");
}

TEST_CASE("a folder gets a generated name", "[destination]") {
  CHECK(resolved("logs/") == "/work/my project/logs/agent-0123abcd-2026-02-05.md");
  CHECK(resolved(".") == "/work/my project/./agent-0123abcd-2026-02-05.md");
  CHECK(resolved("/tmp") == "/tmp/agent-0123abcd-2026-02-05.md");
  CHECK(resolved("/").ends_with("/agent-0123abcd-2026-02-05.md"));
}

TEST_CASE("names that no file system takes are refused", "[destination]") {
  CHECK(resolved(std::string(300, 'x')).starts_with("error: a name in the path is longer"));
  CHECK(resolved("/n/" + std::string(5000, '/') + "x").starts_with("error: the path is too long"));
  CHECK(resolved(std::string_view("a\0b", 3)).starts_with("error: "));
}

TEST_CASE("a generated name is cut to what a file system takes, with its extension",
          "[destination]") {
  auto with = rules();
  with.default_path = "/n/{title}{title}{title}{title}.md";
  auto named = session();
  named.title = [] {
    std::string title;
    for (int i = 0; i < 100; ++i) {
      title += "\xD0\xB6";
    }
    return title;
  };
  const auto path = default_destination(with, named);
  REQUIRE(path);
  CHECK(path->size() <= 3 + 255);
  CHECK(path->ends_with(".md"));
  CHECK(is_utf8(*path));
}

TEST_CASE("titles cannot lead a file anywhere else", "[destination][names]") {
  CHECK(safe_name("../../etc/passwd", 100, "x") == "etc-passwd");
  CHECK(safe_name("..", 100, "untitled") == "untitled");
  CHECK(safe_name(".hidden", 100, "x") == "hidden");
  CHECK(safe_name("-rf", 100, "x") == "rf");
  CHECK(safe_name("a\n\tb\r\x01 c", 100, "x") == "a b c");
  CHECK(safe_name("a\xE2\x80\xAE"
                  "b",
                  100, "x") == "a b");
  CHECK(safe_name("a\xFF"
                  "b",
                  100, "x") ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(safe_name("\xE2\x82\xAC\xE2\x82\xAC", 4, "x") == "\xE2\x82\xAC");
  CHECK(safe_name("name.", 100, "x") == "name");
  CHECK(safe_name("", 100, "x") == "x");
}

TEST_CASE("slugs keep letters of all scripts and nothing else", "[destination][names]") {
  CHECK(slug("Hello,  World!", 60) == "hello-world");
  CHECK(slug("--a--b--", 60) == "a-b");
  CHECK(slug("\xC3\x9C"
             "ber caf\xC3\xA9",
             60) ==
        "\xC3\x9C"
        "ber-caf\xC3\xA9");
  CHECK(slug("\xE6\x97\xA5\xE6\x9C\xAC\xE3\x80\x81\xE8\xAA\x9E", 60) ==
        "\xE6\x97\xA5\xE6\x9C\xAC-\xE8\xAA\x9E");
  CHECK(slug("go \xF0\x9F\x9A\x80!", 60) == "go");
  CHECK(slug("one two three four", 10) == "one-two");
  CHECK(slug("abcdefghijklmnop", 10) == "abcdefghij");
  CHECK(slug("?!", 60) == "untitled");
}

TEST_CASE("any bytes give a safe name and a slug", "[destination][names][totality]") {
  std::mt19937 random(20261122);
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (auto bytes = random() % 40; bytes > 0; --bytes) {
      text.push_back(static_cast<char>(random() % 256));
    }
    const auto name = safe_name(text, 20, "x");
    const auto words = slug(text, 20);
    REQUIRE((is_utf8(name) && !name.empty() && name.size() <= 20 && !name.contains('/')));
    REQUIRE((is_utf8(words) && !words.empty() && words.size() <= 20 && !words.contains('/')));
  }
}

TEST_CASE("times are shown in the zone that is asked for", "[destination][names]") {
  CHECK(civil_time({1770278764000}, 0) == CivilTime{2026, 2, 5, 8, 6, 4});
  CHECK(civil_time({1770278764000}, -9 * 3600) == CivilTime{2026, 2, 4, 23, 6, 4});
  CHECK(civil_time({-1}, 0) == CivilTime{1969, 12, 31, 23, 59, 59});
}

TEST_CASE("the extension chooses the sink", "[destination][sink]") {
  CHECK(choose_sink("/n/x.md", sinks(), "lines") == "plain");
  CHECK(choose_sink("/n/x.MD", sinks(), "fancy") == "fancy");
  CHECK(choose_sink("/n/x.jsonl", sinks(), "fancy") == "lines");
  CHECK(choose_sink("/n/x", sinks(), "fancy") == "fancy");
  CHECK(choose_sink("/n/.md", sinks(), "lines") == "lines");
  CHECK(choose_sink("/n.md/x", sinks(), "lines") == "lines");
  CHECK(choose_sink("/n/x.txt", {}, "lines") == "lines");
}

TEST_CASE("the default sink is the configured one, else what the built-in destination wants",
          "[destination][sink]") {
  CHECK(default_sink("fancy", sinks()) == "fancy");
  CHECK(default_sink(std::nullopt, sinks()) == "plain");
  const std::vector<SinkExtension> other = {{"a", "txt"}, {"b", "html"}};
  CHECK(default_sink(std::nullopt, other) == "a");
  CHECK(default_sink(std::nullopt, {}).empty());
}
