// Sessions that are rewritten whole.
#include "tests/support/catch.h"
#include "tests/unit/gemini_rig.h"

using namespace kato;
using test::GeminiSource;
using Lines = std::vector<std::string>;

namespace {

std::string document(const std::string& messages, const std::string& more = "") {
  return R"({"sessionId":"s","projectHash":"p","startTime":"2026-01-10T10:00:00Z","messages":[)" +
         messages + "]" + more + "}";
}
constexpr auto kPrompt = R"({"id":"u1","timestamp":"t","type":"user","content":"Go."})";
std::string reply(const std::string& text, const std::string& more = "") {
  return R"({"id":"g1","timestamp":"t","type":"gemini","content":")" + text + R"(","model":"m")" +
         more + "}";
}
constexpr auto kRunning = R"(,"toolCalls":[{"id":"c1","name":"ls","status":"executing"}])";
constexpr auto kDone = R"(,"toolCalls":[{"id":"c1","name":"ls","status":"success","result":"x"}])";

}  // namespace

TEST_CASE("each rewriting states all of it, under keys that stay", "[gemini]") {
  GeminiSource source(GeminiSource::Form::kDocument);
  CHECK(source.decode(document(kPrompt)) == Lines{"user.message+ text|Go."});
  CHECK(source.decode(document(std::string(kPrompt) + "," + reply("Text.", kRunning))) ==
        Lines{"user.message+ text|Go.", "assistant.message+ text|Text.",
              "assistant.tool.call call| tool=ls call=c1"});
  const auto before = source.keys();
  CHECK(source.decode(document(std::string(kPrompt) + "," + reply("Text.", kDone))).back() ==
        "assistant.tool.result result|x call=c1");
  auto after = source.keys();
  after.pop_back();
  CHECK(after == before);
}

TEST_CASE("who knows the last writing is told only what changed since", "[gemini]") {
  GeminiSource source(GeminiSource::Form::kDocument);
  const auto first = std::string(kPrompt) + "," + reply("Text.", kRunning);
  source.decode(document(first));
  const Lines changed = {"assistant.message+ text|Text.",
                         "assistant.tool.call call| tool=ls call=c1",
                         "assistant.tool.result result|x call=c1"};
  const auto second = std::string(kPrompt) + "," + reply("Text.", kDone);
  CHECK(source.decode(document(second), KATO_DECODE_KNOWS_LAST) == changed);
  CHECK(source.records() == Lines{"ignored document session-header", "outcome 7 ", "mapped gemini",
                                  "ignored document-end session-header"});
  // The result is stated again as a user's turn, and known by what stood before.
  const auto turn = R"({"id":"m9","timestamp":"t9","type":"user","content":[{"functionResponse":)"
                    R"({"id":"c1","name":"ls","response":{"output":"x"}}}]})";
  CHECK(source.decode(document(second + "," + turn), KATO_DECODE_KNOWS_LAST).empty());
  CHECK(source.records().size() == 5);
}

TEST_CASE("half a session is left for later", "[gemini]") {
  GeminiSource source(GeminiSource::Form::kDocument);
  const auto whole = document(std::string(kPrompt) + "," + reply("Text."));
  for (size_t size = 1; size < whole.size(); ++size) {
    CHECK(source.decode(whole.substr(0, size)).empty());
    REQUIRE(source.status() == KATO_RETRY_LATER);
    REQUIRE(source.consumed() == 0);
  }
  CHECK(source.decode(whole.substr(0, 50), KATO_DECODE_END_OF_INPUT | KATO_DECODE_FINAL).empty());
  CHECK(source.records() == Lines{"malformed malformed not-json"});
}

TEST_CASE("the title of a document is told behind its messages", "[gemini]") {
  GeminiSource source(GeminiSource::Form::kDocument);
  CHECK(source.decode(document(kPrompt, R"(,"summary":"About going")")) ==
        Lines{"user.message+ text|Go.", "provider.info title|About going is=title"});
  const auto key = source.keys().back();
  source.decode(document(std::string(kPrompt) + "," + reply("x"), R"(,"summary":"About going")"));
  CHECK(source.keys().back() == key);
}

TEST_CASE("a message without an id is known by its place and time", "[gemini]") {
  GeminiSource source(GeminiSource::Form::kDocument);
  source.decode(document(R"({"timestamp":"t0","type":"user","content":"Go."})"));
  CHECK(source.keys() == Lines{"item/0/t0"});
}

TEST_CASE("documents of another form and items that are no messages are raw", "[gemini]") {
  GeminiSource source(GeminiSource::Form::kDocument);
  CHECK(source.decode(R"({"history":[]})") == Lines{"provider.raw raw| raw=unknown-document"});
  CHECK(source.decode(document("17," + std::string(kPrompt))) ==
        Lines{"provider.raw raw| raw=none", "user.message+ text|Go."});
  CHECK(source.decode(document("")).empty());
  CHECK(source.records() == Lines{"ignored document session-header"});
}

TEST_CASE("a sub-agent's document is known by what it says of itself", "[gemini]") {
  GeminiSource source(GeminiSource::Form::kDocument);
  const auto lines = source.decode(R"({"sessionId":"s","kind":"subagent","messages":[)" +
                                   std::string(kPrompt) + "]}");
  CHECK(lines == Lines{"system.message system/0|Go. is=agent-prompt"});
}
