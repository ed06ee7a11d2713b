// The checks that stand on the hot path, against a library that does the same more slowly.
#include <kato/testkit/mutation.hpp>
#include <simdjson.h>
#include <string>
#include <vector>

#include "host/plugin/json_check.h"
#include "host/plugin/text_check.h"

#include "tests/support/catch.h"

using namespace kato::plugin;
using kato::testkit::mutate;
using kato::testkit::Seeded;

namespace {

const std::vector<std::string> kSeeds = {
    R"({"a":[1,-0.5e+7,true,false,null,{"b":"c\"d\\\u00e4"}],"x":{}})",
    R"([[],[[]],{"k":[{}]},"",0,-0,1E5,"😀 plain text that is long enough for words"])",
    R"("a string alone \n\t\/ \ud83d\ude00")",
    R"(  {"with" : "blanks" , "and":	[ 1 ,2 ] }  )",
    "{\n  \"pretty\": [\n    1,\n    2\n  ]\n}\n",
    "12345678901234567890.5",
    "null",
};

bool reference_is_valid(std::string_view text) {
  static simdjson::dom::parser parser;
  const simdjson::padded_string padded(text);
  const auto error = parser.parse(padded).error();
  // It reads numbers as numbers; what is too large for it is valid JSON nevertheless.
  return error == simdjson::SUCCESS || error == simdjson::NUMBER_OUT_OF_RANGE;
}

bool speaks_of_surrogates(const std::string& text) {
  return text.find("\\ud") != std::string::npos || text.find("\\uD") != std::string::npos;
}

// simdjson 3.0 calls a number that is too large a broken one.
bool has_long_number(const std::string& text) {
  size_t digits = 0;
  for (const char c : text) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    if (digits > 15 || c == 'e' || c == 'E') return true;
  }
  return false;
}

}  // namespace

TEST_CASE("JSON is judged as by simdjson, over damaged documents", "[abi]") {
  size_t valid = 0;
  size_t invalid = 0;
  for (uint64_t seed = 0; seed < 60000; ++seed) {
    const auto text = mutate(kSeeds[seed % kSeeds.size()], seed);
    if (!is_valid_utf8(text) || speaks_of_surrogates(text) || has_long_number(text)) continue;
    if (text.find_first_not_of(" \t\r\n") == std::string::npos || text.size() > 5000) continue;
    const auto check = check_json(text);
    INFO(text);
    REQUIRE(check.valid == reference_is_valid(text));
    ++(check.valid ? valid : invalid);
    if (!check.valid) continue;
    std::string tidy;
    append_tidy_json(tidy, text);
    REQUIRE(reference_is_valid(tidy));
    REQUIRE(tidy.find('\n') == std::string::npos);
  }
  CHECK(valid > 1000);
  CHECK(invalid > 1000);
}

TEST_CASE("what is found in JSON is what is there", "[abi]") {
  CHECK(check_json("[1,\n2]").has_line_break);
  CHECK(check_json("[1,\r2]").has_line_break);
  CHECK_FALSE(check_json(R"(["\n"])").has_line_break);
  CHECK(check_json(R"(["\ud800"])").has_lone_surrogate);
  CHECK(check_json(R"(["\ud800\u0041"])").has_lone_surrogate);
  CHECK(check_json(R"(["\udc00\ud800"])").has_lone_surrogate);
  CHECK_FALSE(check_json(R"(["\ud83d\ude00"])").has_lone_surrogate);
  CHECK_FALSE(check_json(R"(["\\ud800"])").has_lone_surrogate);
  CHECK(check_json("[1e999]").valid);
  CHECK(check_json("123456789012345678901234567890").valid);
  CHECK_FALSE(check_json("[1.]").valid);
  CHECK_FALSE(check_json("01").valid);
  CHECK_FALSE(check_json("").valid);
  CHECK_FALSE(check_json("{} {}").valid);
  const std::string deepest = std::string(kMaxJsonDepth, '[') + std::string(kMaxJsonDepth, ']');
  CHECK(check_json(deepest).valid);
  CHECK_FALSE(check_json("[" + deepest + "]").valid);
  CHECK_FALSE(check_json(std::string(10000000, '[')).valid);
}

TEST_CASE("what was repaired is UTF-8, and what was UTF-8 stays as it is", "[abi]") {
  const std::string valid = "a\u00e4\u20ac\U0001F600\x7f";
  std::string same;
  append_repaired_utf8(same, valid);
  CHECK(same == valid);
  Seeded random(1);
  for (int i = 0; i < 20000; ++i) {
    std::string bytes = valid + valid;
    for (uint64_t left = random.below(4); left > 0; --left) {
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    }
    bytes.resize(random.below(bytes.size() + 1));
    std::string repaired;
    append_repaired_utf8(repaired, bytes);
    REQUIRE(simdjson::validate_utf8(repaired));
    const bool was_valid = simdjson::validate_utf8(bytes);
    REQUIRE(is_valid_utf8(bytes) == was_valid);
    REQUIRE((repaired == bytes) == was_valid);
  }
}

TEST_CASE("one U+FFFD stands for each longest piece that begins a character", "[abi]") {
  const auto repaired = [](std::string_view bytes) {
    std::string text;
    append_repaired_utf8(text, bytes);
    return text;
  };
  CHECK(repaired("\xF0\x9F\x98") == "\uFFFD");
  CHECK(repaired("\xF0\x9F\x98x") == "\uFFFDx");
  CHECK(repaired("\xC0\xAF") == "\uFFFD\uFFFD");
  CHECK(repaired("\xF4\x90\x80\x80") == "\uFFFD\uFFFD\uFFFD\uFFFD");
  CHECK(repaired("\xE0\x80") == "\uFFFD\uFFFD");
}

TEST_CASE("messages of plugins are made fit for one line", "[abi]") {
  CHECK(printable("a\nb\x1b[31m\xff", 100) == "a b [31m");
  CHECK(printable("\xff z", 100) == "\uFFFD z");
  CHECK(printable("a\u00e4", 2) == "a");
  CHECK(printable("abc", 2) == "ab");
}
