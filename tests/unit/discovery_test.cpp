// Which files in a folder are sources.
#include "host/source/discovery.h"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include "host/source/glob.h"
#include "host/source/source_rule.h"

#include "tests/support/catch.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"

using namespace kato;
using kato::test::FaultyFileSystem;
using kato::test::FileOperation;
using kato::test::TemporaryFolder;

namespace {

bool glob_matches(std::string_view pattern, std::string_view path) {
  const auto glob = Glob::compile(pattern);
  REQUIRE(glob);
  return glob->matches(path);
}

SourceRules rules_of(std::vector<SourceRule> rules) {
  auto compiled = SourceRules::compile(std::move(rules));
  REQUIRE(compiled);
  return std::move(*compiled);
}

std::vector<std::string> paths_of(const DiscoveryResult& found) {
  std::vector<std::string> paths;
  paths.reserve(found.sources.size());
  for (const auto& source : found.sources) {
    paths.push_back(source.path);
  }
  return paths;
}

void set_time(const std::string& path, time_t seconds) {
  const struct timespec times[2] = {{seconds, 0}, {seconds, 0}};
  REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
}

struct Fixture {
  TemporaryFolder folder;
  FaultyFileSystem files;
};

}  // namespace

TEST_CASE("a glob matches within components and across them", "[source]") {
  CHECK(glob_matches("*.jsonl", "a.jsonl"));
  CHECK_FALSE(glob_matches("*.jsonl", "b/a.jsonl"));
  CHECK_FALSE(glob_matches("*.jsonl", "a.json"));
  CHECK(glob_matches("**/*.jsonl", "a.jsonl"));
  CHECK(glob_matches("**/*.jsonl", "b/c/a.jsonl"));
  CHECK(glob_matches("*/chats/session-*.json", "x/chats/session-1.json"));
  CHECK_FALSE(glob_matches("*/chats/session-*.json", "x/y/chats/session-1.json"));
  CHECK(glob_matches("a/**/b/**/c", "a/b/c"));
  CHECK(glob_matches("a/**/b/**/c", "a/x/b/y/b/z/c"));
  CHECK_FALSE(glob_matches("a/**/b/**/c", "a/x/y/c"));
  CHECK(glob_matches("rollout-?.z", "rollout-\xC3\xA9.z"));
  CHECK_FALSE(glob_matches("rollout-?.z", "rollout-.z"));
  CHECK(glob_matches("*a*b*", "xxaxxbxx"));
  CHECK_FALSE(glob_matches("*a*b*", "xxbxxaxx"));
  CHECK(glob_matches("**", "a/b"));
}

TEST_CASE("a glob that could lead out of the root or means nothing is refused", "[source]") {
  for (const auto* pattern : {"", "/a", "a/", "a//b", "../a", "a/./b"}) {
    CHECK(Glob::compile(pattern).error().code() == ErrorCode::kInvalid);
  }
  std::string deep = "a";
  for (int i = 0; i < 63; ++i) {
    deep += "/a";
  }
  CHECK_FALSE(Glob::compile(deep));
}

TEST_CASE("a hostile glob takes no more than linear time for each component", "[source]") {
  std::string stars = "**";
  for (int i = 0; i < 30; ++i) {
    stars += "/*a*a*a*/**";
  }
  const auto glob = Glob::compile(stars + "/c");
  REQUIRE(glob);
  std::string path;
  for (int i = 0; i < 200; ++i) {
    path += std::string(100, 'a') + "/";
  }
  CHECK_FALSE(glob->matches(path + "b"));
  CHECK(glob->matches(path + "c"));
}

TEST_CASE("a file belongs to the first rule that includes and does not exclude it", "[source]") {
  const auto rules = rules_of({{.include = "**/*.jsonl", .excludes = {"**/agent-*", "trash/**"}},
                               {.include = "**/agent-*.jsonl", .excludes = {}}});
  CHECK(rules.rule_of("a/b.jsonl") == 0U);
  CHECK(rules.rule_of("a/agent-b.jsonl") == 1U);
  CHECK(rules.rule_of("trash/agent-b.jsonl") == 1U);
  CHECK_FALSE(rules.rule_of("trash/b.jsonl"));
  CHECK_FALSE(rules.rule_of(""));
}

TEST_CASE("discovery finds the sources, newest first, and looks at each once", "[source]") {
  Fixture f;
  set_time(f.folder.write("p/old.jsonl", "1"), 1000);
  set_time(f.folder.write("p/q/new.jsonl", "123"), 3000);
  set_time(f.folder.write("middle.jsonl", "12"), 2000);
  f.folder.write("p/other.txt", "x");
  const auto rules = rules_of({{.include = "**/*.jsonl", .excludes = {}}});
  const auto found = discover(f.files, f.folder.path(), rules);
  CHECK(found.folder_exists);
  CHECK(paths_of(found) ==
        std::vector<std::string>{"p/q/new.jsonl", "middle.jsonl", "p/old.jsonl"});
  CHECK(found.sources[0].info.size_bytes == 3);
  CHECK(f.files.counts.infos == 3);
}

TEST_CASE("folders in which nothing can match are not entered", "[source]") {
  Fixture f;
  f.folder.write("sessions/2026/01/02/a.jsonl", "");
  f.folder.write("node_modules/x/y/z.jsonl", "");
  f.folder.write("sessions/attic/a.jsonl", "");
  const auto rules =
      rules_of({{.include = "sessions/**/*.jsonl", .excludes = {"sessions/attic/**"}}});
  const auto found = discover(f.files, f.folder.path(), rules);
  CHECK(found.sources.size() == 1);
  CHECK(f.files.counts.lists == 5);
}

TEST_CASE("discovery goes on past what it cannot look at, and says so", "[source]") {
  Fixture f;
  f.folder.write("good.jsonl", "");
  f.folder.write("folder.jsonl/inside", "");
  f.folder.write("locked/a.jsonl", "");
  REQUIRE(::symlink((f.folder / "nowhere").c_str(), (f.folder / "dangling.jsonl").c_str()) == 0);
  REQUIRE(::symlink(f.folder.path().c_str(), (f.folder / "loop").c_str()) == 0);
  REQUIRE(::mkfifo((f.folder / "fifo.jsonl").c_str(), 0600) == 0);
  f.files.fault = [&](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kList && path == f.folder / "locked" ? EACCES : 0;
  };
  const auto rules =
      rules_of({{.include = "*.jsonl", .excludes = {}}, {.include = "*/*.jsonl", .excludes = {}}});
  const auto found = discover(f.files, f.folder.path(), rules);
  CHECK(paths_of(found) == std::vector<std::string>{"good.jsonl"});
  std::vector<std::string> problems;
  problems.reserve(found.problems.size());
  for (const auto& problem : found.problems) {
    problems.emplace_back(std::filesystem::path(problem.path).filename());
  }
  std::ranges::sort(problems);
  CHECK(problems ==
        std::vector<std::string>{"dangling.jsonl", "fifo.jsonl", "folder.jsonl", "locked", "loop"});
}

TEST_CASE("a link to a log counts once, and only if the log itself was not found", "[source]") {
  Fixture f;
  f.folder.write("root/a.jsonl", "");
  const auto outside = f.folder.write("elsewhere/b.jsonl", "");
  REQUIRE(::symlink((f.folder / "root/a.jsonl").c_str(), (f.folder / "root/again.jsonl").c_str()) ==
          0);
  REQUIRE(::symlink(outside.c_str(), (f.folder / "root/b.jsonl").c_str()) == 0);
  const auto found =
      discover(f.files, f.folder / "root", rules_of({{.include = "*.jsonl", .excludes = {}}}));
  auto paths = paths_of(found);
  std::ranges::sort(paths);
  CHECK(paths == std::vector<std::string>{"a.jsonl", "b.jsonl"});
}

TEST_CASE("a root that is not there is no error", "[source]") {
  Fixture f;
  const auto found =
      discover(f.files, f.folder / "none", rules_of({{.include = "*", .excludes = {}}}));
  CHECK_FALSE(found.folder_exists);
  CHECK(found.problems.empty());
}

TEST_CASE("each folder is announced before it is listed", "[source]") {
  Fixture f;
  f.folder.write("a/b/c.jsonl", "");
  std::vector<std::string> announced;
  static_cast<void>(discover(f.files, f.folder.path(),
                             rules_of({{.include = "**/*.jsonl", .excludes = {}}}), "a",
                             [&](const std::string& folder) {
                               CHECK(f.files.counts.lists == announced.size());
                               announced.push_back(folder);
                             }));
  CHECK(announced == std::vector<std::string>{f.folder / "a", f.folder / "a/b"});
}
