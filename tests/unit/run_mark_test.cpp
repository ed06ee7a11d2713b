#include "host/session/run_mark.h"

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace kato;
using kato::test::TemporaryFolder;

TEST_CASE("a run that was killed hands on the time from which commands count", "[run]") {
  const TemporaryFolder temporary;
  const auto files = make_posix_file_system();
  const auto path = temporary / "run.json";
  CHECK(*load_run_mark(*files, path) == std::nullopt);
  auto run = next_run(std::nullopt, UnixMillis{1000}, "boot", 7);
  REQUIRE(store_run_mark(*files, path, run));
  auto last = load_run_mark(*files, path);
  REQUIRE((last && last->has_value()));
  CHECK((*last)->process_id == 7);

  run = next_run(*last, UnixMillis{5000}, "boot", 8);
  CHECK(run.started == UnixMillis{5000});
  CHECK(run.commands_since == UnixMillis{1000});
  run.ended = true;
  REQUIRE(store_run_mark(*files, path, run));
  last = load_run_mark(*files, path);
  CHECK(next_run(*last, UnixMillis{9000}, "boot", 9).commands_since == UnixMillis{9000});
}

TEST_CASE("P2: a power loss is remembered until a run got through with what it left", "[run][P2]") {
  const TemporaryFolder temporary;
  const auto files = make_posix_file_system();
  const auto path = temporary / "run.json";
  const auto after = [&](const RunMark& run, const std::string& boot) {
    REQUIRE(store_run_mark(*files, path, run));
    const auto last = load_run_mark(*files, path);
    REQUIRE(last);
    return next_run(*last, UnixMillis{2000}, boot, 8);
  };
  auto run = next_run(std::nullopt, UnixMillis{1000}, "boot", 7);
  CHECK_FALSE(run.power_lost);
  CHECK_FALSE(after(run, "boot").power_lost);
  CHECK(after(run, "").power_lost);
  run = after(run, "another boot");
  CHECK(run.power_lost);
  run = after(run, "another boot");  // killed at once
  CHECK(run.power_lost);
  run.ended = true;
  run.power_lost = false;
  CHECK_FALSE(after(run, "a third boot").power_lost);
}

TEST_CASE("a run mark that is damaged is told from one of a newer Kato", "[run]") {
  const TemporaryFolder temporary;
  const auto files = make_posix_file_system();
  for (const auto* text : {"", "{}", "{\"schemaVersion\":2}", "{\"schemaVersion\":1}"}) {
    const auto path = temporary.write("run.json", text);
    const auto mark = load_run_mark(*files, path);
    REQUIRE_FALSE(mark);
    const bool is_newer = std::string_view(text).contains('2');
    CHECK(mark.error().code() == (is_newer ? ErrorCode::kUnsupported : ErrorCode::kInvalid));
    CHECK(mark.error().message().find(path) != std::string::npos);
    CHECK(temporary.read("run.json") == text);
  }
  CHECK(read_boot_id(*files).size() == 36);
}
