// The laws of decoding on every fixture.
#include "codex_laws.h"
#include "codex_rig.h"
#include "tests/support/catch.h"
#include "tests/support/places.h"

namespace fs = std::filesystem;
using kato::test::check_laws;
using kato::test::content_of;
using kato::test::decode;
using kato::test::logs_below;
using kato::test::Story;

TEST_CASE("the laws of decoding hold on the fixtures", "[codex][quick]") {
  const auto logs = logs_below(fs::path(kato::test::source_dir()) / "plugins/codex/fixtures");
  CHECK(logs.size() >= 20);
  for (const auto& log : logs) {
    check_laws(log);
  }
}

TEST_CASE("any bytes at all have an outcome", "[codex][quick]") {
  const auto logs = logs_below(fs::path(kato::test::source_dir()) / "plugins/codex/fixtures");
  uint32_t random = 12345;
  const auto next = [&random] { return random = random * 1664525U + 1013904223U; };
  for (const auto& path : logs) {
    INFO(path.string());
    std::string log = content_of(path);
    for (int i = 0; i < 40; ++i) {
      log[next() % log.size()] = static_cast<char>(next() >> 24U);
    }
    const auto name = path.filename().string();
    const Story whole = decode(log, {"x", false}, {}, name);
    CHECK(whole.consumed == log.size());
    CHECK(decode(log, {"x", false}, {1, true, false}, name) == whole);
  }
}
