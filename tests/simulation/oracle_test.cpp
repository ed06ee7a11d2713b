// What the oracle makes of bytes that a power loss left.
#include "tests/simulation/oracle.h"

#include "tests/simulation/oracle_times.h"
#include "tests/support/catch.h"

using namespace kato::simulation;

TEST_CASE("a line that was torn within a capture time is none if the whole one follows",
          "[simulation]") {
  const std::string id = R"({"schemaVersion":1,"eventId":"03da0299f1253a2ac7a8513bf1c609fd",)";
  const std::string other = R"({"schemaVersion":1,"eventId":"178476fb723c3088b3208f5b2f0a50c9",)";
  const std::string whole = id + R"("time":{"providerTimestamp":"2026"},"payload":{}})" + "\n";
  const std::string timeless = id + R"("source":{},"payload":{}})" + "\n";
  for (const std::string_view time :
       {R"(,"c)", R"(,"capturedAt")", R"(,"capturedAt":"2026-02-2)"}) {
    auto torn = id + R"("time":{"providerTimestamp":"2026")";
    torn.append(time).append("\n");
    auto before = other;
    before.append("1}\n");
    CHECK(without_torn_lines(std::string(before).append(torn).append(whole)) ==
          std::string(before).append(whole));
    CHECK(without_torn_lines(torn + other) == torn + other);
  }
  for (const std::string_view time : {R"("time)", R"("time":{"capturedAt":"2026-02-2)"}) {
    auto torn = id + R"("source":{},)";
    torn.append(time).append("\n");
    CHECK(without_torn_lines(torn + timeless) == timeless);
  }
  CHECK(without_torn_lines(whole + whole) == whole + whole);
  // A line that goes on like the next one is gone on with, and times have their place.
  const std::string behind_comma = id + R"("source":{},)" + "\n";
  CHECK(without_torn_lines(behind_comma + timeless) == behind_comma + timeless);
  const std::string in_source = id + R"("source":{"line":1,)" + "\n";
  const std::string at_line = id + R"("source":{"line":1},"payload":{}})" + "\n";
  CHECK(without_torn_lines(in_source + at_line) == in_source + at_line);
  const auto elsewhere = id + R"("time":{"providerTim)" + "\n";
  CHECK(without_torn_lines(elsewhere + whole) == elsewhere + whole);
}

TEST_CASE("what stands behind a hole may be there once more, and nothing may be missing",
          "[simulation]") {
  ExpectedFile expected;
  expected.tokens = {{.token = "t0m1e"}, {.token = "t0m2e"}, {.token = "t0m3e"}};
  const std::string hole(3, '\0');
  CHECK_FALSE(check_content("t0m1e\n" + hole + "t0m3e\nt0m2e\nt0m3e\n", expected));
  CHECK_FALSE(check_content("t0m1e\n" + hole + "t0m2e\nt0m3e\n", expected));
  CHECK(check_content("t0m1e\nt0m3e\nt0m2e\nt0m3e\n", expected));
  CHECK(check_content("t0m1e\n" + hole + "t0m3e\nt0m3e\n", expected));
  CHECK(check_content("t0m1e\n" + hole + "t0m3e\n", expected));
  CHECK(check_content("t0m1e\n" + hole + "t0m1e\nt0m2e\nt0m3e\n", expected));
  CHECK(check_content("t0m1e\n" + hole + "t1m1e\nt0m2e\nt0m3e\n", expected));
}

TEST_CASE("what a power loss left of a heading's capture time is none", "[simulation]") {
  CHECK(without_torn_times("\n\n# User_2026-02-2\n\ntext\n") == "\n\n# User\n\ntext\n");
  const std::string whole = "\n\n# User_2026-02-25_0613_20\n\n_2026\n";
  CHECK(without_torn_times(whole) == whole);
}
