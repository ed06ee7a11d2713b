#include <kato/testkit/mutation.hpp>
#include <kato/testkit/sample_events.hpp>

namespace kato::testkit {
namespace {

constexpr int64_t kFirstTime = 1772036800123;  // 2026-02-25

std::string pick(const std::vector<std::string>& from, Seeded& random) {
  return from[random.below(from.size())];
}

std::string some_text(Seeded& random) {
  static const std::vector<std::string> kTexts = {
      "Why does the build fail?",
      "Two lines,\nwith a trailing blank. ",
      "\n\nBlank lines around.\n\n\n",
      "```cpp\nint main() {}\n```",
      "An open fence:\n````\n```\nstill inside",
      "~~~\n::start notes.md\n~~~",
      "# Not a heading of Kato's",
      "# User_2026-02-25_0826_40",
      "---\nid: not-front-matter\n---",
      "Gr\u00fc\u00dfe aus \u6771\u4eac \U0001f600",
      "CRLF\r\nline\r\nends\r\n",
      "<details><summary>x</summary>\n\n</details>",
      "a\tb\x01\x7f",
      " ",
      "*emphasis* _and_ `code` | table | \\ <b>",
      "",
  };
  auto text = pick(kTexts, random);
  if (random.one_in(20)) {
    for (int i = 0; i < 400; ++i) {
      text += "A long line of output that goes on. ";
    }
  }
  return text;
}

std::string some_json(Seeded& random) {
  static const std::vector<std::string> kValues = {
      R"({"command":"ls -l","timeout":5})",
      R"({"text":"```\nfence\n```"})",
      R"("a string")",
      "null",
      "[]",
      R"({"nested":{"list":[1,2.5,true,null]},"\u00e4":"\ud83d\ude00"})"};
  return pick(kValues, random);
}

void fill_tool(SampleEvent& event, uint64_t call, Seeded& random) {
  event.tool_call_id = "call-" + std::to_string(call);
  if (event.kind == KATO_ASSISTANT_TOOL_RESULT) {
    event.text = some_text(random);
    if (random.one_in(4)) event.payload_flags |= KATO_PAYLOAD_IS_ERROR;
    if (random.one_in(4)) event.payload_flags |= KATO_PAYLOAD_TRUNCATED;
    return;
  }
  event.tool_name = random.one_in(2) ? "Bash" : "read_file";
  if (!random.one_in(4)) event.input_json = some_json(random);
  if (random.one_in(3)) event.description = "Lists the folder";
}

void fill_decision(SampleEvent& event, uint64_t decision, Seeded& random) {
  event.decision_id = "decision-" + std::to_string(decision);
  if (event.kind == KATO_USER_DECISION_RESPONSE) {
    if (!random.one_in(4)) event.selections = {"Yes", "Both | of them"};
    if (random.one_in(2)) event.free_text = some_text(random);
    return;
  }
  event.decision_key = "database";
  event.text = "Which database?\n" + some_text(random);
  event.options = {{"Yes", "goes on"}, {"No", ""}, {"Both | of them", "a\nb"}};
  if (random.one_in(2)) event.payload_flags |= KATO_PAYLOAD_MULTI_SELECT;
}

void fill_message(SampleEvent& event, Seeded& random) {
  event.text = some_text(random);
  if (random.one_in(6)) event.attachments = {{"image/png", "screen.png"}, {"", ""}};
  if (event.kind == KATO_ASSISTANT_MESSAGE) {
    event.phase = random.one_in(3) ? "commentary" : "final";
  }
}

void fill_payload(SampleEvent& event, Seeded& random) {
  switch (event.kind) {
    case KATO_ASSISTANT_TOOL_CALL:
    case KATO_ASSISTANT_TOOL_RESULT:
      return fill_tool(event, random.below(5), random);
    case KATO_ASSISTANT_DECISION_PROMPT:
    case KATO_USER_DECISION_RESPONSE:
      return fill_decision(event, random.below(3), random);
    case KATO_SYSTEM_MESSAGE:
      event.subtype = "compaction-summary";
      event.text = some_text(random);
      return;
    case KATO_PROVIDER_INFO:
      event.subtype = random.one_in(2) ? "title" : "interruption";
      event.text = "A title";
      if (random.one_in(2)) event.data_json = some_json(random);
      event.level = KATO_LEVEL_INFO;
      return;
    case KATO_PROVIDER_RAW:
      event.raw_type = "unknown";
      return;
    case KATO_USER_KATO_COMMAND:
      event.command = "start";
      event.command_line = 1;
      event.raw_argument = "notes.md";
      return;
    default:
      return fill_message(event, random);
  }
}

std::string hex_id(uint64_t number) {
  constexpr auto kDigits = "0123456789abcdef";
  std::string id(32, '0');
  for (size_t i = 0; i < 16; ++i) {
    id[31 - i] = kDigits[number >> (4 * i) & 15U];
  }
  return id;
}

}  // namespace

std::vector<SampleEvent> sample_events(uint64_t seed, size_t count) {
  static const std::vector<std::string> kModels = {"claude-haiku-4-5-20251001", "gpt-5.3-codex",
                                                   ""};
  Seeded random(seed);
  std::vector<SampleEvent> events;
  int64_t time = kFirstTime;
  for (uint64_t seq = 1; seq <= count; ++seq) {
    SampleEvent event;
    event.seq = seq;
    event.kind = static_cast<int32_t>(1 + random.below(KATO_PROVIDER_RAW));
    event.event_id = hex_id(seq);
    event.provider_event_type = "sample";
    time += static_cast<int64_t>(random.below(90000));
    if (!random.one_in(5)) {
      event.time_unix_ms = time;
      event.provider_timestamp = "2026-02-25T16:26:55.012Z";
      event.utc_offset_s = random.one_in(2) ? 3600 : 0;
    }
    if (event.kind >= KATO_ASSISTANT_MESSAGE) event.model = pick(kModels, random);
    if (seq > 1 && random.one_in(15)) event.revises = hex_id(1 + random.below(seq - 1));
    if (random.one_in(10)) event.flags |= KATO_EVENT_INHERITED;
    fill_payload(event, random);
    event.canonical_json = R"({"schemaVersion":1,"eventId":")" + event.event_id + R"(","seq":)" +
                           std::to_string(seq) + "}";
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace kato::testkit
