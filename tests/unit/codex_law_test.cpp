// The laws of decoding on every fixture and, where they are, on real logs.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "codex_rig.h"
#include "plugins/codex/identify.h"
#include "tests/support/catch.h"
#include "tests/support/corpus.h"

namespace fs = std::filesystem;
using kato::test::Cuts;
using kato::test::decode;
using kato::test::Story;

namespace {

std::vector<fs::path> logs_below(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    const bool is_log = name.ends_with(".jsonl") || name.ends_with(".json");
    const bool is_other = name == "history.jsonl" || name == "session_index.jsonl";
    if (entry.is_regular_file() && is_log && !is_other) found.push_back(entry.path());
  }
  return found;
}

std::string content_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

struct Totals {
  uint64_t records = 0;
  uint64_t raw = 0;
  uint64_t malformed = 0;

  void add(const Story& story) {
    for (const auto& record : story.records) {
      records += record.outcome != KATO_RECORD_HELD ? 1 : 0;
      raw += record.outcome == KATO_RECORD_RAW ? 1 : 0;
      malformed += record.outcome == KATO_RECORD_MALFORMED ? 1 : 0;
    }
  }
};

// A log at once, again, and cut in pieces: the same story, and every byte in it.
Totals check_laws(const fs::path& path) {
  INFO(path.string());
  const std::string log = content_of(path);
  kato_probe_input input{};
  input.struct_size = sizeof(input);
  input.whole_file = 1;
  const std::string name = path.filename().string();
  input.path = kato::sdk::str(name);
  input.head = kato::sdk::bytes(log);
  const auto probe = kato::codex::identify(input);
  REQUIRE(probe.verdict == KATO_PROBE_MINE);
  const kato::codex::Session session{probe.identity.provider_session_id,
                                     probe.identity.parentage == KATO_PARENT_SPAWNED};

  const Story whole = decode(log, session, {}, name);
  CHECK(whole.consumed == log.size());
  uint64_t held = 0;
  for (const auto& record : whole.records)
    held += record.outcome == KATO_RECORD_HELD ? record.length : 0;
  CHECK(whole.accounted() <= log.size());
  CHECK(whole.accounted() + held >= log.size());
  CHECK(decode(log, session, {}, name) == whole);
  CHECK(decode(log, session, {1, true, false}, name) == whole);
  CHECK(decode(log, session, {7, true, false}, name) == whole);
  CHECK(decode(log, session, {3, false, false}, name) == whole);
  Totals totals;
  totals.add(whole);
  return totals;
}

}  // namespace

TEST_CASE("the laws of decoding hold on the fixtures", "[codex][quick]") {
  const auto logs = logs_below(fs::path(KATO_SOURCE_DIR) / "plugins/codex/fixtures");
  CHECK(logs.size() >= 20);
  for (const auto& log : logs)
    check_laws(log);
}

TEST_CASE("the laws of decoding hold on real logs, and little is unknown", "[codex]") {
  const auto corpus = kato::test::corpus_folder();
  if (!corpus) {
    WARN("no corpus: skipped");
    return;
  }
  Totals all;
  for (const auto* folder :
       {"clients/codex", "clients/codex-0.137.0", "clients/codex-0.80.0", "public/codex"}) {
    for (const auto& log : logs_below(fs::path(*corpus) / folder)) {
      const auto totals = check_laws(log);
      all.records += totals.records;
      all.raw += totals.raw;
      all.malformed += totals.malformed;
    }
  }
  CHECK(all.records > 9000);
  CHECK(all.raw * 200 <= all.records);
  CHECK(all.malformed == 0);
}

TEST_CASE("any bytes at all have an outcome", "[codex][quick]") {
  const auto logs = logs_below(fs::path(KATO_SOURCE_DIR) / "plugins/codex/fixtures");
  uint32_t random = 12345;
  const auto next = [&random] { return random = random * 1664525U + 1013904223U; };
  for (const auto& path : logs) {
    INFO(path.string());
    std::string log = content_of(path);
    for (int i = 0; i < 40; ++i)
      log[next() % log.size()] = static_cast<char>(next() >> 24U);
    const auto name = path.filename().string();
    const Story whole = decode(log, {"x", false}, {}, name);
    CHECK(whole.consumed == log.size());
    CHECK(decode(log, {"x", false}, {1, true, false}, name) == whole);
  }
}
