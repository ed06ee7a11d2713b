#include <array>
#include <string>

#include "host/base/environment.h"
#include "host/base/expansion.h"
#include "host/base/nearest.h"
#include "host/base/path_template.h"
#include "host/base/utf8.h"

#include "tests/support/catch.h"

using namespace kato;

namespace {

const FixedEnvironment& surroundings() {
  static const FixedEnvironment environment(
      {{"HOME", "/home/ada/"}, {"DATA", "/data"}, {"EMPTY", ""}, {"TRICK", "~/${DATA}"}});
  return environment;
}

std::string expanded(std::string_view text) {
  const auto result = expand_path(text, surroundings());
  return result ? *result : "error: " + result.error().message();
}

bool refused(std::string_view text) {
  return !expand_path(text, surroundings());
}

}  // namespace

TEST_CASE("a home folder and variables are expanded", "[base][expansion]") {
  CHECK(expanded("~") == "/home/ada");
  CHECK(expanded("~/notes") == "/home/ada/notes");
  CHECK(expanded("/a/~/b~") == "/a/~/b~");
  CHECK(expanded("${DATA}/x") == "/data/x");
  CHECK(expanded("$$x") == "$x");
  CHECK(expanded("") == "");
}

TEST_CASE("a default stands for a variable that is unset or empty", "[base][expansion]") {
  CHECK(expanded("${DATA:-/else}/x") == "/data/x");
  CHECK(expanded("${NONE:-/else}/x") == "/else/x");
  CHECK(expanded("${EMPTY:-/else}/x") == "/else/x");
  CHECK(expanded("${NONE:-~/.agent}/x") == "/home/ada/.agent/x");
  CHECK(expanded("${NONE:-~}/x") == "/home/ada/x");
  CHECK(expanded("${NONE:-${OTHER:-${DATA}/in}}/x") == "/data/in/x");
  CHECK(expanded("${NONE:-}/x") == "/x");
}

TEST_CASE("what a variable holds is not expanded again", "[base][expansion]") {
  CHECK(expanded("${TRICK}") == "~/${DATA}");
}

TEST_CASE("what shells would understand differently is refused", "[base][expansion]") {
  for (const auto* text : {"$HOME/x", "~ada/x", "${NONE}", "${", "${}", "${1X}", "${DATA", "$",
                           "${DATA:-x", "${DATA-x}", "${DATA:-$x}", "${NONE:-~ada}"}) {
    INFO(text);
    CHECK(refused(text));
  }
}

TEST_CASE("defaults that nest without end, or grow without end, are refused", "[base][expansion]") {
  std::string deep;
  for (int i = 0; i < 100000; ++i) {
    deep += "${A:-";
  }
  CHECK(refused(deep));
  const FixedEnvironment large({{"BIG", std::string(60000, 'x')}});
  CHECK_FALSE(expand_path("${BIG}${BIG}", large));
}

TEST_CASE("the process environment has what the process was started with", "[base]") {
  const ProcessEnvironment environment;
  CHECK_FALSE(environment.variable("KATO_NO_SUCH_VARIABLE"));
  REQUIRE(environment.home());
  CHECK(environment.home()->starts_with('/'));
}

TEST_CASE("templates are filled once, and only with known tokens", "[base][template]") {
  const auto filled = fill_template("{a}/x-{b}", [](std::string_view token, size_t) {
    return token == "a" ? std::optional<std::string>("{b}") : std::optional<std::string>("2");
  });
  REQUIRE(filled);
  CHECK(*filled == "{b}/x-2");
  CHECK(check_template("{state}/recordings/{provider}-{shortId}.md", destination_tokens()));
  const auto unknown = check_template("{stat}/x", destination_tokens());
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().message().starts_with("'{stat}' is unknown; known are {state} "));
  for (const auto* text : {"{", "}", "a{b", "{a{b}}", "x/{state}", "{}"}) {
    INFO(text);
    CHECK_FALSE(check_template(text, destination_tokens()));
  }
}

TEST_CASE("the nearest name is found, and nothing where none is near", "[base][nearest]") {
  constexpr std::array<std::string_view, 3> kNames = {"defaultSink", "durability", "sinks"};
  CHECK(nearest("defualtSink", kNames) == "defaultSink");
  CHECK(nearest("defaultsink", kNames) == "defaultSink");
  CHECK(nearest("sink", kNames) == "sinks");
  CHECK_FALSE(nearest("colour", kNames));
  CHECK_FALSE(nearest(std::string(1000, 'x'), kNames));
}

TEST_CASE("UTF-8 is checked byte by byte and never cut within a sequence", "[base][utf8]") {
  CHECK(is_utf8("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"));
  for (const auto* text : {"\xFF", "\xC3", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80",
                           "\xF4\x90\x80\x80", "\xF0\x80\x80\x80", "\x80"}) {
    CHECK_FALSE(is_utf8(text));
  }
  CHECK(valid_utf8_bytes("ab\xFFz") == 2);
  CHECK(utf8_prefix("a\xE2\x82\xAC", 3) == "a");
  CHECK(utf8_prefix("a\xE2\x82\xAC", 4) == "a\xE2\x82\xAC");
  CHECK(utf8_prefix("\x80\x80\x80\x80\x80\x80", 5).size() == 5);
}
