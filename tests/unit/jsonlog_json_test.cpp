// Reading JSON, framing, states, keys: plugins/jsonlog without its decoder.
#include "plugins/jsonlog/json.h"

#include <string>
#include <vector>

#include "plugins/jsonlog/framing.h"
#include "plugins/jsonlog/record_key.h"
#include "plugins/jsonlog/state.h"
#include "tests/support/catch.h"

using namespace kato::jsonlog;

namespace {

const std::string kFffd = "\xEF\xBF\xBD";

bool is_json(const std::string& text) {
  Json json;
  return json.parse(text) == JsonError::kNone;
}

}  // namespace

TEST_CASE("values are found in any order and any number of times", "[jsonlog][quick]") {
  const std::string text =
      R"( {"a": [1, {"b": "x"}, true , null],"c" :{"d":-12},"s":"tab\tend","e":{},"l":[]} )";
  Json json;
  REQUIRE(json.parse(text) == JsonError::kNone);
  const Value root = json.root();
  CHECK(root["c"]["d"].integer() == -12);
  CHECK(root["s"].text() == "tab\tend");
  CHECK(root["a"].json() == R"([1, {"b": "x"}, true , null])");
  CHECK(root["c"].json() == R"({"d":-12})");
  std::vector<JsonKind> kinds;
  for (const Value item : root["a"].items()) {
    kinds.push_back(item.kind());
  }
  CHECK(kinds ==
        std::vector{JsonKind::kNumber, JsonKind::kObject, JsonKind::kBool, JsonKind::kNull});
  std::vector<std::string> keys;
  for (const auto& [key, value] : root.members()) {
    keys.emplace_back(key);
  }
  CHECK(keys == std::vector<std::string>{"a", "c", "s", "e", "l"});
  CHECK_FALSE(root["nothing"].exists());
  CHECK(root["nothing"]["further"].text().empty());
  CHECK(root["a"].text().empty());
  CHECK(root["e"].members().begin() == root["e"].members().end());
  CHECK(root["l"].items().begin() == root["l"].items().end());
}

TEST_CASE("what is not JSON is refused, what is JSON is not", "[jsonlog][quick]") {
  for (const auto* good : {"{}", "[]", "0", "-0.5e+7", "\"\"", "[[],{}]", "{\"a\":[{}]}", "true"}) {
    INFO(good);
    CHECK(is_json(good));
  }
  for (const auto* bad : {"{",
                          "}",
                          "[",
                          "]",
                          "[}",
                          "{]",
                          "{\"a\"}",
                          "{\"a\":}",
                          "{\"a\":1,}",
                          "[1,]",
                          "[1 2]",
                          "[,]",
                          "{1:2}",
                          "{\"a\":1 \"b\":2}",
                          "\"open",
                          "tru",
                          "truee",
                          "01",
                          "-",
                          "1.",
                          "1e",
                          "nul",
                          "[1]]",
                          "{} {}",
                          "{\"a\" 1}",
                          "\"a\"b",
                          "{\"a\":1]",
                          "[\"a\":1]",
                          "abc",
                          ":",
                          ",",
                          "{,}",
                          "{\"a\":1,,\"b\":2}",
                          "[1][2]",
                          "[\"x\" \"y\"]"}) {
    INFO(bad);
    CHECK_FALSE(is_json(bad));
  }
}

TEST_CASE("deep nesting is refused and costs no stack", "[jsonlog][quick]") {
  Json json;
  const std::string deep = std::string(10'000, '[') + std::string(10'000, ']');
  CHECK(json.parse(deep) == JsonError::kTooDeep);
  const std::string objects = [] {
    std::string text;
    for (int i = 0; i < 10'000; ++i) {
      text += "{\"a\":";
    }
    return text + "1" + std::string(10'000, '}');
  }();
  CHECK(json.parse(objects) == JsonError::kTooDeep);
  const std::string allowed = std::string(1000, '[') + std::string(1000, ']');
  CHECK(json.parse(allowed) == JsonError::kNone);
}

TEST_CASE("every escape means its character, pairs of surrogates too", "[jsonlog][quick]") {
  const std::string text = R"(["a\"b\\c\/d\b\f\n\r\te","\u00e9\u20AC\ud83d\ude00","\u0000x"])";
  Json json;
  REQUIRE(json.parse(text) == JsonError::kNone);
  std::vector<std::string> texts;
  for (const Value item : json.root().items()) {
    texts.emplace_back(item.text());
  }
  CHECK(texts[0] == "a\"b\\c/d\b\f\n\r\te");
  CHECK(texts[1] == "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
  CHECK(texts[2] == std::string("\0x", 2));
  CHECK(json.repairs() == 0);
}

TEST_CASE("lone surrogates become replacement characters and are counted", "[jsonlog][quick]") {
  const std::string text =
      R"(["hi \ud800 lo \udc00 two \ud800\ud83d\ude00 end \ud83d",{"k":"\udfff"}])";
  Json json;
  REQUIRE(json.parse(text) == JsonError::kNone);
  const Value first = *json.root().items().begin();
  CHECK(first.text() ==
        "hi " + kFffd + " lo " + kFffd + " two " + kFffd + "\xF0\x9F\x98\x80 end " + kFffd);
  CHECK(json.repairs() == 4);
  CHECK(json.root().json() ==
        R"(["hi \uFFFD lo \uFFFD two \uFFFD\ud83d\ude00 end \uFFFD",{"k":"\uFFFD"}])");
}

TEST_CASE("invalid UTF-8 and NUL bytes are repaired, the record is kept", "[jsonlog][quick]") {
  const std::string text = "{\"a\":\"x\xFFy\xC0\xAFz\xED\xA0\x80\",\"b\":\"n" +
                           std::string(1, '\0') + "\",\"c\":\"\xC3\xA9\xF0\x9F\x98\x80\"}";
  Json json;
  REQUIRE(json.parse(text) == JsonError::kNone);
  CHECK(json.root()["a"].text() == "x" + kFffd + "y" + kFffd + kFffd + "z" + kFffd + kFffd + kFffd);
  CHECK(json.root()["b"].text() == "n" + kFffd);
  CHECK(json.root()["c"].text() == "\xC3\xA9\xF0\x9F\x98\x80");
  CHECK(json.repairs() == 7);
  CHECK_FALSE(is_json("{\"a\":\"b\x01\"}"));
  CHECK_FALSE(is_json(std::string("\0\0\0", 3)));
}

TEST_CASE("a parser reads small texts after a large one", "[jsonlog][quick]") {
  Json json;
  const std::string large = "[\"" + std::string(20U << 20, 'x') + "\\n\"]";
  REQUIRE(json.parse(large) == JsonError::kNone);
  CHECK((*json.root().items().begin()).text().size() == (20U << 20) + 1);
  for (int i = 0; i < 3; ++i) {
    const std::string small = "{\"i\":" + std::to_string(i) + "}";
    REQUIRE(json.parse(small) == JsonError::kNone);
    CHECK(json.root()["i"].integer() == i);
  }
}

TEST_CASE("lines end at the newline byte alone", "[jsonlog][quick]") {
  const std::string text = "\xEF\xBB\xBF{\"a\":\"\xE2\x80\xA8\"}\r\n\n \t\r\n{}\n{\"tail\":1}";
  std::string_view rest = text;
  std::vector<std::pair<FrameKind, std::string>> frames;
  while (true) {
    const auto frame = next_frame(rest, {rest.size() == text.size(), false});
    if (frame.kind == FrameKind::kNeedMore) break;
    frames.emplace_back(frame.kind, frame.text);
    rest.remove_prefix(frame.length);
  }
  using Frames = std::vector<std::pair<FrameKind, std::string>>;
  CHECK(frames == Frames{{FrameKind::kBlank, ""},
                         {FrameKind::kLine, "{\"a\":\"\xE2\x80\xA8\"}"},
                         {FrameKind::kBlank, ""},
                         {FrameKind::kBlank, ""},
                         {FrameKind::kLine, "{}"}});
  CHECK(rest == "{\"tail\":1}");
  CHECK(next_frame(rest, {false, true}).text == "{\"tail\":1}");
  CHECK(next_frame("", {true, true}).kind == FrameKind::kNeedMore);
}

TEST_CASE("a line stands behind the zeros that a power loss left", "[jsonlog][quick]") {
  const std::string_view text("\0\0{\"a\":1}\n\0\0\0\n", 14);
  const auto line = next_frame(text, {false, false});
  CHECK(line.kind == FrameKind::kLine);
  CHECK(line.text == "{\"a\":1}");
  CHECK(line.length == 10);
  const auto hole = next_frame(text.substr(line.length), {false, false});
  CHECK(hole.kind == FrameKind::kBlank);
  CHECK(hole.length == 4);
}

TEST_CASE("a state reads back what was written and refuses what was cut", "[jsonlog][quick]") {
  StateWriter writer;
  writer.number(0);
  writer.number(300);
  writer.number(UINT64_MAX);
  writer.flag(true);
  writer.hash(0x0123456789ABCDEFULL);
  writer.text("words");
  const auto read = [](std::string_view bytes) {
    StateReader reader(bytes);
    const bool same = reader.number() == 0 && reader.number() == 300 &&
                      reader.number() == UINT64_MAX && reader.flag() &&
                      reader.hash() == 0x0123456789ABCDEFULL && reader.text() == "words";
    return same && reader.complete();
  };
  const std::string& bytes = writer.bytes();
  CHECK(read(bytes));
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    CHECK_FALSE(read(bytes.substr(0, cut)));
  }
  CHECK_FALSE(read(bytes + "x"));
  StateReader liar("\xFF\xFF\xFF\xFF\x0F");
  CHECK(liar.count(1) == 0);
  CHECK_FALSE(liar.ok());
}

TEST_CASE("made keys tell equal records apart, also after a restart", "[jsonlog][quick]") {
  RecordKeys keys;
  CHECK(keys.make("2026-01-01T00:00:00Z", 7) == "2026-01-01T00:00:00Z/0000000000000007/0");
  CHECK(keys.make("2026-01-01T00:00:00Z", 7) == "2026-01-01T00:00:00Z/0000000000000007/1");
  CHECK(keys.make("2026-01-01T00:00:00Z", 8) == "2026-01-01T00:00:00Z/0000000000000008/0");
  CHECK(keys.make("", 7) == "0000000000000007/0");
  CHECK(keys.make("", 9) == "0000000000000009/1");
  StateWriter writer;
  keys.save(writer);
  RecordKeys reopened;
  StateReader reader(writer.bytes());
  reopened.restore(reader);
  CHECK(reader.complete());
  CHECK(reopened.make("2026-01-01T00:00:00Z", 7) == "2026-01-01T00:00:00Z/0000000000000007/2");
  CHECK(reopened.make("", 7) == "0000000000000007/2");
  for (int i = 0; i < 1000; ++i) {
    (void)reopened.make("t" + std::to_string(i), 1);
  }
  StateWriter later;
  reopened.save(later);
  CHECK(later.bytes().size() < 512);
}
