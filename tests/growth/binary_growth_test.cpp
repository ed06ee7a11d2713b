// The real daemon follows logs that grow.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/e2e/home.h"
#include "tests/growth/growing_file.h"
#include "tests/growth/twin_comparison.h"
#include "tests/support/catch.h"
#include "tests/support/places.h"

using namespace kato::test;
namespace fs = std::filesystem;

namespace {

struct GrowingLog {
  std::string plugin;
  std::string fixture;
  std::string root;  // in the home
  std::string log;   // below the root
  kato_growth growth;
};
const GrowingLog kLogs[] = {
    {"claude", "tools", ".claude/projects",
     "-home-dev-app/00000002-1111-4222-8333-444444444444.jsonl", KATO_GROWTH_APPEND},
    {"codex", "plain-paginated", ".codex",
     "sessions/2026/11/20/"
     "rollout-2026-11-20T10-00-00-01a1f866-0d00-7abc-8def-000000000201.jsonl",
     KATO_GROWTH_APPEND},
    {"gemini", "oldest-format", ".gemini",
     "tmp/31cd86c62c5e6ce9b98660153ebda8d61f2168babf0da469dc566646ff4b75ac/chats/"
     "session-2025-09-05T08-00-01010101.json",
     KATO_GROWTH_DOCUMENT},
};

std::string read_file(const fs::path& path) {
  std::ostringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  return content.str();
}

fs::path fixture_of(const GrowingLog& log) {
  return fs::path(source_dir()) / "plugins" / log.plugin / "fixtures" / log.fixture;
}

// Whole lines of the twin of the only session of that plugin.
std::string twin_of(const Home& home, const std::string& plugin) {
  for (const auto& entry : fs::directory_iterator(home.path(".kato/sessions"))) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with(plugin + "-") || !name.ends_with(".twin.jsonl")) continue;
    const auto text = read_file(entry.path());
    return text.substr(0, text.rfind('\n') + 1);
  }
  return {};
}

}  // namespace

TEST_CASE("a log that grows under the real daemon gives the twin that it gives at once",
          "[growth][e2e][P2]") {
  const Home home;
  home.write(".kato/kato.yaml", "schemaVersion: 1\nglobalAutoGenerateSnapshots: true\n");
  fs::permissions(home.path(".kato"), fs::perms::owner_all);
  kato::testkit::Seeded random(1);
  std::deque<std::pair<std::string, std::deque<Moment>>> growing;
  for (const auto& log : kLogs) {
    const auto root = fixture_of(log) / "root";
    fs::create_directories(fs::path(home.path(log.root)).parent_path());
    fs::copy(root, home.path(log.root), fs::copy_options::recursive);
    const auto path = home.path(log.root) + "/" + log.log;
    growing.emplace_back(path, moments_of(read_file(path), log.growth, 60, random));
    fs::remove(path);
  }
  const auto daemon = home.start_daemon();
  while (!growing.empty()) {
    auto& [path, moments] = growing[random.below(growing.size())];
    strike(path, moments.front());
    moments.pop_front();
    std::erase_if(growing, [](const auto& one) { return one.second.empty(); });
  }
  for (const auto& log : kLogs) {
    const auto path = home.path(log.root) + "/" + log.log;
    const auto at_once = home.kato({"export", path, "-f", "jsonl", "-o", "-"});
    INFO(at_once.err);
    REQUIRE(at_once.exit_code == 0);
    const bool is_document = log.growth == KATO_GROWTH_DOCUMENT;
    std::string difference;
    const bool agrees = eventually([&] {
      difference = difference_of_twins(twin_of(home, log.plugin), at_once.out, is_document);
      return difference.empty();
    });
    INFO(log.plugin << ": " << difference);
    CHECK(agrees);
  }
  Home::stop(*daemon);
}

TEST_CASE("a resumed session goes on in its old file though a newer stub lies beside it",
          "[growth][e2e][P2]") {
  const Home home;
  home.write(".kato/kato.yaml", "schemaVersion: 1\nglobalAutoGenerateSnapshots: true\n");
  fs::permissions(home.path(".kato"), fs::perms::owner_all);
  const std::string chats = ".gemini/tmp/meadow/chats/session-2026-11-20T10-0";
  const auto header = [](const std::string& id) {
    return R"({"sessionId":")" + id + R"(-0000-4000-8000-000000000001","projectHash":"x",)" +
           R"("startTime":"2026-11-20T10:00:00.000Z","kind":"main"})" + "\n" +
           R"({"$set":{"messages":[]}})" + "\n";
  };
  const auto words = [](const std::string& id, const std::string& text) {
    return R"({"id":")" + id + R"(","timestamp":"2026-11-20T10:00:05.000Z","type":"user",)" +
           R"("content":[{"text":")" + text + "\"}]}\n";
  };
  const auto has_meta = [&] {
    const auto names = fs::directory_iterator(home.path(".kato/sessions"));
    return std::ranges::any_of(
        names, [](const auto& entry) { return entry.path().string().ends_with(".meta.json"); });
  };
  const auto heard = [&](std::string_view plugin, std::string_view text) {
    return eventually([&] { return twin_of(home, std::string(plugin)).contains(text); });
  };
  home.write(Home::kLog, "");
  fs::create_directories(home.path(".gemini/tmp/meadow/chats"));
  const auto daemon = home.start_daemon();
  home.append(chats + "0-5e5e5e5e.jsonl", header("5e5e5e5e"));
  REQUIRE(eventually(has_meta));  // known, and as empty as the stub will be
  home.append(chats + "0-5e5e5e5e.jsonl", words("m1", "first words"));
  REQUIRE(heard("gemini", "first words"));
  home.append(chats + "1-5e5e5e5e.jsonl", header("5e5e5e5e"));
  home.append(Home::kLog, home.user("a1", "seen behind the stub"));
  REQUIRE(heard("claude", "seen behind the stub"));
  home.append(chats + "0-5e5e5e5e.jsonl", words("m2", "second words"));
  CHECK(heard("gemini", "second words"));
  Home::stop(*daemon);
}
