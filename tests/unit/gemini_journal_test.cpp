// What a journal says again, takes back and changes.
#include "tests/support/catch.h"
#include "tests/unit/gemini_rig.h"

using namespace kato;
using test::decode_journal;
using test::GeminiSource;
using Lines = std::vector<std::string>;

namespace {

constexpr auto kHeader =
    R"({"sessionId":"s","projectHash":"p","startTime":"2026-11-20T10:00:00Z","kind":"main"})";
constexpr auto kContext = R"(<session_context>\nx\n</session_context>)";

std::string user(const std::string& id, const std::string& text) {
  return R"({"id":")" + id + R"(","timestamp":"t","type":"user","content":[{"text":")" + text +
         R"("}]})";
}
std::string fresh_reply(const std::string& id, const std::string& text) {
  return R"({"id":")" + id + R"(","timestamp":"t","type":"gemini","content":")" + text +
         R"(","model":"m"})";
}
std::string listed_reply(const std::string& id, const std::string& text) {
  return R"({"id":")" + id + R"(","timestamp":"t","type":"gemini","content":[{"text":")" + text +
         R"("}],"thoughts":[],"tokens":null})";
}
std::string context_and(const std::string& id, const std::string& text) {
  return R"({"id":")" + id + R"(","type":"user","content":[{"text":")" + kContext +
         R"("},{"text":")" + text + R"("}]})";
}
std::string set_messages(const std::string& list) {
  return R"({"$set":{"messages":[)" + list + R"(],"lastUpdated":"t"}})";
}
const std::string kTouch = R"({"$set":{"lastUpdated":"t"}})";

std::string decode_into(GeminiSource& source, const Lines& lines, Lines* said) {
  for (const auto& line : lines) {
    for (auto& draft : source.decode(line + "\n")) {
      said->push_back(draft);
    }
  }
  return said->empty() ? "" : said->back();
}

}  // namespace

TEST_CASE("a message that is written again states its parts again, under the same keys",
          "[gemini]") {
  GeminiSource source(GeminiSource::Form::kJournal);
  const auto first = source.decode(fresh_reply("g", "Text.") + "\n");
  const auto keys = source.keys();
  CHECK(source.decode(fresh_reply("g", "Text.") + "\n") == first);
  CHECK(source.keys() == keys);
}

TEST_CASE("bookkeeping is ignored for a reason, a title is told when it changes", "[gemini]") {
  GeminiSource source(GeminiSource::Form::kJournal);
  const auto title = [](const std::string& text) {
    return R"({"$set":{"summary":")" + text + "\"}}\n";
  };
  CHECK(source.decode(kTouch + "\n").empty());
  CHECK(source.records() == Lines{"ignored $set.lastUpdated bookkeeping"});
  CHECK(source.decode(title("A")) == Lines{"provider.info title|A is=title"});
  source.reopen();
  CHECK(source.decode(title("A")).empty());
  CHECK(source.decode(title("B")) == Lines{"provider.info title|B is=title"});
}

TEST_CASE("a list of history is marked as such", "[gemini]") {
  CHECK(decode_journal({user("u1", "One"),
                        set_messages(user("u1", "One") + "," + listed_reply("g1", "Two"))}) ==
        Lines{"user.message+ text|One", "user.message^ text|One", "assistant.message^ text|Two"});
}

TEST_CASE("after a cancel the history comes again under new ids, and all of it is marked",
          "[gemini]") {
  GeminiSource source(GeminiSource::Form::kJournal);
  Lines said;
  decode_into(source, {kHeader, set_messages(user("ctx", kContext)), user("u1", "One")}, &said);
  said.clear();
  decode_into(source, {context_and("v1", "One"), kTouch}, &said);
  source.reopen();
  decode_into(source, {listed_reply("h1", "Two"), kTouch, user("v2", "Three")}, &said);
  CHECK(said == Lines{"system.message^ system/0|<session_context>\nx\n</session_context> "
                      "is=session-context",
                      "user.message^ text|One", "assistant.message^ text|Two",
                      "user.message^ text|Three"});
  said.clear();
  decode_into(source,
              {set_messages(context_and("v1", "One")), user("u4", "New"), fresh_reply("g4", "Yes")},
              &said);
  CHECK(said.at(2) == "user.message+ text|New");
  CHECK(said.at(3) == "assistant.message+ text|Yes");
}

TEST_CASE("a first prompt that comes with its context is new where nothing came before",
          "[gemini]") {
  CHECK(decode_journal({kHeader, context_and("u1", "One")}).at(1) == "user.message+ text|One");
}

TEST_CASE("several turns that were made one in a list of history stay apart", "[gemini]") {
  const auto merged =
      std::string(R"({"id":"v","type":"user","content":[{"text":"One"},{"text":"Two"}]})");
  CHECK(decode_journal({user("u", "One"), set_messages(merged)}) ==
        Lines{"user.message+ text|One", "user.message^ text|One", "user.message^ text/1|Two"});
}

TEST_CASE("a reply of history that gets its cost later is still one of history", "[gemini]") {
  GeminiSource source(GeminiSource::Form::kJournal);
  Lines said;
  decode_into(source, {user("u", "One"), set_messages(listed_reply("h", "Two"))}, &said);
  source.reopen();
  CHECK(source.decode(R"({"id":"h","type":"gemini","content":"Two","model":"m"})"
                      "\n") == Lines{"assistant.message^ text|Two"});
}

TEST_CASE("a summary in the place of history is the client's, and new, once", "[gemini]") {
  GeminiSource source(GeminiSource::Form::kJournal);
  const auto list = set_messages(user("s1", "All about it.") + "," +
                                 listed_reply("s2", "Got it. Thanks for the additional context!") +
                                 "," + user("u9", "One"));
  Lines said;
  decode_into(source, {user("u", "One"), list}, &said);
  CHECK(said == Lines{"user.message+ text|One",
                      "system.message system/0|All about it. is=compaction-summary",
                      "user.message^ text|One"});
  source.reopen();
  said.clear();
  decode_into(source, {list, context_and("v", "All about it.")}, &said);
  CHECK(said == Lines{"user.message^ text|One",
                      "system.message^ system/0|<session_context>\nx\n</session_context> "
                      "is=session-context"});
}

TEST_CASE("the text of a slash command is not taken for a prompt when history is listed",
          "[gemini]") {
  const std::string command =
      R"({"id":"u","type":"user","content":[{"text":"A long prompt."}],"displayContent":"/do"})";
  const auto lines = decode_journal({command, set_messages(user("v", "A long prompt."))});
  CHECK(lines == Lines{"user.message+ text|/do",
                       "system.message system/0|A long prompt. is=expanded-prompt"});
}

TEST_CASE("rewinding and patching are told, and take nothing back", "[gemini]") {
  CHECK(decode_journal({R"({"$rewindTo":"u1"})"}) ==
        Lines{R"(provider.info edit| is=history-rewound data={"$rewindTo":"u1"})"});
  CHECK(decode_journal({R"({"$patch":{"updates":[{"id":"g","toolCalls":[{"id":"c","result":)"
                        R"([{"functionResponse":{"id":"c","response":{"output":"x"}}}]}]}]}})"}) ==
        Lines{"assistant.tool.result^ result|x call=c", "provider.info edit| is=history-edited"});
}

TEST_CASE("messages within a header are said for the first time", "[gemini]") {
  CHECK(decode_journal({R"({"sessionId":"s","projectHash":"p","messages":[)" + user("u", "One") +
                        "]}"}) == Lines{"user.message+ text|One"});
}

TEST_CASE("a record of unknown form is raw and disturbs nobody", "[gemini]") {
  GeminiSource source(GeminiSource::Form::kJournal);
  const auto lines = source.decode(R"({"type":"odd one!"})"
                                   "\n" +
                                   std::string(R"({"id":"x","type":"hologram"})") + "\n" +
                                   R"({"$set":{"mood":1}})" + "\n" + R"({"id":5})" + "\n{}\n" +
                                   user("u", "One") + "\n");
  CHECK(lines == Lines{"provider.raw raw| raw=odd_one_", "provider.raw raw| raw=hologram",
                       "provider.raw raw/0| raw=$set.mood", "provider.raw raw| raw=id",
                       "provider.raw raw| raw=none", "user.message+ text|One"});
}

TEST_CASE("the state stays small however long the log", "[gemini]") {
  GeminiSource source(GeminiSource::Form::kJournal);
  size_t largest = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto n = std::to_string(i);
    source.decode(
        R"({"id":"g)" + n +
        R"(","timestamp":"t","type":"gemini","content":"x","model":"m","toolCalls":[{"id":"c)" + n +
        R"(","name":"ls","result":"y"}]})" + "\n" + R"({"id":"u)" + n +
        R"(","type":"user","content":"p","displayContent":"/q)" + n + "\"}\n" + kTouch + "\n");
    largest = std::max(largest, source.state_bytes());
  }
  CHECK(largest < 2048);
}

TEST_CASE("the directory of the project is learnt from the context if its hash fits", "[gemini]") {
  // The SHA-256 of "/home/ana/meadow".
  const std::string hash = "31cd86c62c5e6ce9b98660153ebda8d61f2168babf0da469dc566646ff4b75ac";
  GeminiSource source(GeminiSource::Form::kJournal);
  source.decode(R"({"sessionId":"s","projectHash":")" + hash + "\"}\n");
  source.reopen();
  source.decode(
      user("c", R"(<session_context>\n  - /home/ana\n  - /home/ana/meadow\n</session_context>)") +
      "\n");
  CHECK(source.project_directory() == "/home/ana/meadow");
}
