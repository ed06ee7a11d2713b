#include <algorithm>
#include <random>
#include <vector>

#include "host/base/time_text.h"
#include "host/event/event_id.h"
#include "host/event/event_line.h"
#include "host/event/json_text.h"
#include "host/event/normalised_text.h"

#include "tests/support/catch.h"

using namespace kato;

namespace {

const SessionRef kSession{"toy", "s-1", make_session_id("toy", "s-1")};

Event sample(EventKind kind) {
  Event event;
  event.body.kind = kind;
  event.body.provider_event_type = "toy/line";
  event.body.cursor.value = 48213;
  event.id = make_event_id(kSession.session_id, "key", "text/0", "");
  event.seq = 17;
  return event;
}

std::string line_of(const Event& event) {
  std::string line;
  append_event_line(line, kSession, event);
  return line;
}

// Any text that may come from a log: control characters, quotes, several planes of Unicode.
std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> kPieces = {
      "a", "\"", "\\", "\n", "\x01", "ä", "\u2028", "😀", " ", "{", "</details>", "\x7f", "```"};
  std::string text;
  for (auto count = random() % 20; count > 0; --count) {
    text += kPieces[random() % kPieces.size()];
  }
  return text;
}

}  // namespace

TEST_CASE("a line has the documented keys in the documented order", "[event]") {
  auto event = sample(EventKind::kAssistantMessage);
  event.body.provider_event_id = "p1";
  event.body.provider_timestamp = "2026-02-25T16:26:55.012Z";
  event.captured_at = parse_rfc3339("2026-02-25T16:26:56Z");
  event.body.turn_id = "t1";
  event.body.model = "m1";
  event.body.inherited = true;
  event.body.payload.text = "hi \"you\"";
  CHECK(
      line_of(event) ==
      R"({"schemaVersion":1,"eventId":")" + to_hex(event.id) +
          R"(","session":{"provider":"toy","providerSessionId":"s-1","sessionId":")" +
          kSession.session_id +
          R"("},"seq":17,"kind":"assistant.message","source":{"providerEventType":"toy/line",)"
          R"("providerEventId":"p1","cursor":{"kind":"byte-offset","value":48213},"emitIndex":0},)"
          R"("time":{"providerTimestamp":"2026-02-25T16:26:55.012Z",)"
          R"("capturedAt":"2026-02-25T16:26:56.000Z"},"turnId":"t1","model":"m1",)"
          R"("inherited":true,"payload":{"text":"hi \"you\""}})");
}

TEST_CASE("what is absent has no key", "[event]") {
  const auto line = line_of(sample(EventKind::kAssistantThinking));
  CHECK(line.find("time") == std::string::npos);
  CHECK(line.find("null") == std::string::npos);
}

TEST_CASE("every kind survives writing and reading, with any text", "[event]") {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp,cert-msc32-c): the same run each time
  EventLineReader reader;
  for (int round = 0; round < 300; ++round) {
    for (const auto kind : kAllEventKinds) {
      auto event = sample(kind);
      const auto text = random_text(random);
      const auto other = random_text(random);
      const std::vector<DecisionOption> options = {{other, text}, {text, {}}};
      const std::vector<std::string_view> selections = {text, other};
      const std::vector<Attachment> attachments = {{"image/png", text, 12, "xxh3:00"}, {}};
      Payload& payload = event.body.payload;
      payload.text = text;
      payload.subtype = payload.tool_call_id = payload.decision_id = other;
      payload.input_json = payload.data_json = payload.raw_json = R"({"a":[1,"x"]})";
      payload.level = Level::kWarning;
      payload.is_error = payload.multi_select = true;
      payload.options = options;
      payload.selections = selections;
      payload.attachments = attachments;
      payload.command = "start";
      payload.command_line = 3;
      const auto line = line_of(event);
      CHECK(line.find('\n') == std::string::npos);
      const auto again = reader.read(line);
      REQUIRE(again);
      CHECK(line_of(*again) == line);
    }
  }
}

TEST_CASE("every byte is escaped or kept wherever it stands in a text", "[event]") {
  for (int byte = 0; byte < 0x80; ++byte) {
    const auto c = static_cast<char>(byte);
    std::string alone;
    append_json_string(alone, std::string(1, c));
    const bool is_escaped = byte < 0x20 || c == '"' || c == '\\';
    CHECK((alone.size() > 3) == is_escaped);
    const auto written = alone.substr(1, alone.size() - 2);
    for (size_t before = 0; before < 18; ++before) {
      const auto front = std::string("\u00e4\x7f").append(before, '!');
      std::string all;
      append_json_string(all, std::string(front).append(1, c).append("~ and more\""));
      CHECK(all == std::string("\"").append(front).append(written).append("~ and more\\\"\""));
    }
  }
}

TEST_CASE("a line of a newer schema is refused by name, a broken one as broken", "[event]") {
  EventLineReader reader;
  CHECK(reader.read(R"({"schemaVersion":2,"seq":1})").error().code() == ErrorCode::kUnsupported);
  const auto line = line_of(sample(EventKind::kUserMessage));
  for (size_t cut = 0; cut < line.size(); ++cut) {
    CHECK_FALSE(reader.read(line.substr(0, cut)));
  }
}

TEST_CASE("ids depend on session, record, part and revision alone", "[event]") {
  const auto id = make_event_id("s", "r", "p", "");
  CHECK(id == make_event_id("s", "r", "p", ""));
  CHECK(id != make_event_id("s", "r", "p", "x"));
  CHECK(id != make_event_id("s", "rp", "", ""));
  CHECK(make_session_id("a", "b") != make_session_id("ab", ""));
}

TEST_CASE("a text is compared without the white space that may differ", "[event]") {
  const auto slowly = [](std::string_view text) {
    std::string out;
    for (const char c : text) {
      const bool blank = c == ' ' || (c >= '\t' && c <= '\r');
      if (!blank) out.push_back(c);
      if (blank && !out.empty() && out.back() != ' ') out.push_back(' ');
    }
    if (!out.empty() && out.back() == ' ') out.pop_back();
    return out + std::string(1, '\0');
  };
  constexpr std::string_view kAlphabet = "ab \n\t\r\x0B\x08\x0E\x1F!\x80\x89\xA0\xFF";
  uint64_t seed = 1;
  for (size_t length = 0; length < 400; ++length) {
    std::string text;
    for (size_t i = 0; i < length; ++i) {
      seed = seed * 6364136223846793005U + 1442695040888963407U;
      text.push_back(kAlphabet[(seed >> 33U) % kAlphabet.size()]);
    }
    const auto longer =
        std::string(text).append("  plain words in between, then \n\n").append(text);
    for (const auto& one : {text, longer}) {
      std::string out = "kept";
      append_normalised(out, one);
      REQUIRE(out == "kept" + slowly(one));
    }
  }
}

TEST_CASE("content hashes ignore white space and times but not words", "[event]") {
  auto one = sample(EventKind::kUserMessage).body;
  auto two = one;
  one.payload.text = "a  b\n";
  two.payload.text = "a b";
  two.provider_timestamp = "2026-02-25T16:26:55.012Z";
  CHECK(content_hash(one) == content_hash(two));
  two.payload.text = "a c";
  CHECK(content_hash(one) != content_hash(two));
}
