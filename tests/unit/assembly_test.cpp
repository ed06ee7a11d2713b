// What is made from the config, and what is wrong with it though it is valid.
#include "host/daemon/assembly.h"

#include "tests/support/catch.h"
#include "tests/support/places.h"
#include "tests/support/temporary_folder.h"

using namespace kato;
using kato::test::binary_dir;
using kato::test::TemporaryFolder;

namespace {

std::vector<std::string> warnings_for(const TemporaryFolder& home, std::string_view plugin,
                                      const std::string& root) {
  home.write("state/kato.yaml",
             fmt::format("schemaVersion: 1\nproviders:\n  - plugin: {}\n    roots:\n      - path: "
                         "{}\n",
                         plugin, root));
  const auto files = make_posix_file_system();
  const FixedEnvironment environment({{"HOME", home.path()}});
  const auto assembly = Assembly::make({.files = *files,
                                        .environment = environment,
                                        .program_path = binary_dir() + "/bin/kato",
                                        .state_dir = home / "state",
                                        .config_path = {}});
  REQUIRE(assembly);
  return (*assembly)->warnings();
}

}  // namespace

TEST_CASE("a root in which nothing can be found is warned of, with what to write", "[config]") {
  const TemporaryFolder home;
  home.write(".codex/sessions/2026/11/20/rollout-2026-11-20T10-00-00-x.jsonl", "");
  home.write(".gemini/tmp/proj/chats/session-2026-11-20T10-00-x.jsonl", "");
  home.write(".claude/projects/-proj/x.jsonl", "");
  const auto says = [&](std::string_view plugin, const std::string& root,
                        const std::string& meant) {
    const auto warnings = warnings_for(home, plugin, root);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].ends_with(meant));
  };
  says("codex", "~/.codex/sessions", "write path: " + home / ".codex");
  says("gemini", "~/.gemini/tmp", "write path: " + home / ".gemini");
  says("claude", "~/.claude", "write path: " + home / ".claude/projects");
  says("claude", "~/.claude/projects/-proj/x.jsonl", "below which the logs lie");
}

TEST_CASE("a root that is a provider's own, elsewhere, or still to come is none to warn of",
          "[config]") {
  const TemporaryFolder home;
  home.write(".codex/sessions/.keep", "");
  home.write("backup/.keep", "");
  home.write(".codex/old/sessions/2026/rollout-2026-11-20T10-00-00-x.jsonl", "");
  for (const auto* const root : {"~/.codex", "~/backup", "~/.codex/none", "~/.codex/old"}) {
    CHECK(warnings_for(home, "codex", root).empty());
  }
}
