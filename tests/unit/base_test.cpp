#include <cerrno>

#include "host/base/error.h"
#include "host/base/hash.h"
#include "host/base/time_text.h"

#include "tests/support/catch.h"

using namespace kato;

TEST_CASE("errno becomes a code and a text, and context goes in front", "[base]") {
  const auto failed = fail_errno(ENOENT, "open /x");
  CHECK(failed.error().code() == ErrorCode::kNotFound);
  CHECK(failed.error().with_context("start").message() ==
        "start: open /x: No such file or directory");
}

TEST_CASE("fields that run together differently hash differently", "[base]") {
  CHECK(hash128({"ab", "c"}) != hash128({"a", "bc"}));
  CHECK(to_uuid_text(hash128({"a"})).size() == 36);
}

TEST_CASE("a hash fed in pieces equals the hash of the whole", "[base]") {
  StreamingHash64 streaming;
  streaming.update("hello ");
  streaming.update("world");
  CHECK(streaming.digest() == hash64("hello world"));
}

TEST_CASE("RFC 3339 times survive a round trip", "[base]") {
  const auto parsed = parse_rfc3339("2026-02-25T16:26:55.012Z");
  REQUIRE(parsed);
  CHECK(format_rfc3339(*parsed) == "2026-02-25T16:26:55.012Z");
  CHECK(parse_rfc3339("2026-02-25T17:26:55.012999+01:00") == parsed);
}

TEST_CASE("a time is written with all its digits, however early or late", "[base]") {
  CHECK(format_rfc3339(UnixMillis{0}) == "1970-01-01T00:00:00.000Z");
  CHECK(format_rfc3339(UnixMillis{-1}) == "1969-12-31T23:59:59.999Z");
  CHECK(format_rfc3339(UnixMillis{-62'135'596'800'000}) == "0001-01-01T00:00:00.000Z");
  CHECK(format_rfc3339(UnixMillis{-62'198'755'200'000}) == "-001-01-01T00:00:00.000Z");
  CHECK(format_rfc3339(UnixMillis{253'402'300'800'000}) == "10000-01-01T00:00:00.000Z");
}

TEST_CASE("what is not a time is refused", "[base]") {
  for (const auto* text :
       {"", "2026", "2026-02-30T00:00:00Z", "2026-02-25T24:00:00Z", "2026-02-25T16:26:55",
        "2026-02-25T16:26:55.Z", "2026-02-25T16:26:55Zx"}) {
    CHECK_FALSE(parse_rfc3339(text));
  }
}
