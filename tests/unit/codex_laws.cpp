#include "codex_laws.h"

#include <fstream>
#include <sstream>

#include "codex_rig.h"
#include "plugins/codex/identify.h"
#include "tests/support/catch.h"

namespace fs = std::filesystem;

namespace kato::test {

std::vector<fs::path> logs_below(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    const bool is_log = name.ends_with(".jsonl") || name.ends_with(".json");
    const bool is_other = name == "history.jsonl" || name == "session_index.jsonl" ||
                          entry.path().parent_path().filename() == "expected";
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

namespace {

Totals totals_of(const Story& story) {
  Totals totals;
  for (const auto& record : story.records) {
    totals.records += record.outcome != KATO_RECORD_HELD ? 1 : 0;
    totals.raw += record.outcome == KATO_RECORD_RAW ? 1 : 0;
    totals.malformed += record.outcome == KATO_RECORD_MALFORMED ? 1 : 0;
  }
  return totals;
}

}  // namespace

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
  for (const auto& record : whole.records) {
    held += record.outcome == KATO_RECORD_HELD ? record.length : 0;
  }
  CHECK(whole.accounted() <= log.size());
  CHECK(whole.accounted() + held >= log.size());
  CHECK(decode(log, session, {}, name) == whole);
  CHECK(decode(log, session, {1, true, false}, name) == whole);
  CHECK(decode(log, session, {7, true, false}, name) == whole);
  CHECK(decode(log, session, {3, false, false}, name) == whole);
  return totals_of(whole);
}

}  // namespace kato::test
