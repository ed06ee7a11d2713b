// Whatever a provider says, the host goes on: lies are errors that name the plugin and what it did,
// slips are mended.
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "host/base/hash.h"

#include "tests/abi/scripted_provider.h"
#include "tests/support/catch.h"

using namespace kato;
using namespace kato::test;

namespace {

constexpr std::string_view kBytes = "0123456789abcdefghij";  // two records of ten bytes

// Decodes kBytes at `base` with a plugin that does `decode`.
struct Attempt {
  ScriptedProvider script;
  Heard heard;
  std::string padded = std::string(kBytes) + std::string(kReadPaddingBytes, '\0');
  std::unique_ptr<Decoder> decoder;

  Result<DecodeOutcome> decode(ScriptedProvider::Decode body, uint64_t base = 0) {
    script.decode = std::move(body);
    if (!decoder) decoder = script.decoder();
    return decoder->decode(
        {.bytes = std::string_view(padded).substr(0, kBytes.size()), .base_offset_bytes = base},
        heard);
  }
};

// A plugin that emits and reports one record, both spoilt by `spoil`, and consumes it.
ScriptedProvider::Decode one_record(std::function<void(Saying&)> spoil) {
  return [spoil](const kato_host&, const kato_decode_input&, const kato_emitter& out,
                 uint64_t& consumed) {
    Saying saying;
    spoil(saying);
    saying.emit(out);
    saying.report(out);
    consumed = 10;
    return KATO_OK;
  };
}

void check_breach(const Result<DecodeOutcome>& outcome, const std::string& words) {
  REQUIRE_FALSE(outcome);
  INFO(outcome.error().message());
  CHECK(outcome.error().code() == ErrorCode::kPlugin);
  CHECK(outcome.error().message().starts_with("plugin scripted 1.0.0: decode "));
  CHECK(outcome.error().message().find(words) != std::string::npos);
}

}  // namespace

TEST_CASE("a plugin that lies about what it consumed is stopped", "[abi]") {
  struct Lie {
    std::string words;
    std::function<void(const kato_emitter&, uint64_t&)> tell;
  };
  const auto report = [](const kato_emitter& out, uint64_t offset, uint64_t length,
                         int32_t outcome = KATO_RECORD_MAPPED) {
    Saying saying(offset, length);
    saying.record.outcome = outcome;
    saying.report(out);
  };
  const std::vector<Lie> lies = {
      {"consumed 1000 bytes of 20", [](const kato_emitter&, uint64_t& n) { n = 1000; }},
      {"consumed 10 bytes but accounted for 0", [](const kato_emitter&, uint64_t& n) { n = 10; }},
      {"consumed 20 bytes but accounted for 10",
       [&](const kato_emitter& out, uint64_t& n) {
         report(out, 0, 10);
         n = 20;
       }},
      {"consumed 0 bytes but accounted for 10",
       [&](const kato_emitter& out, uint64_t&) { report(out, 0, 10); }},
      {"left bytes 0 to 5 out of the account",
       [&](const kato_emitter& out, uint64_t&) { report(out, 5, 5); }},
      {"reported bytes at 5 twice",
       [&](const kato_emitter& out, uint64_t&) {
         report(out, 0, 10);
         report(out, 5, 10);
       }},
      {"ends behind the bytes it was given",
       [&](const kato_emitter& out, uint64_t&) { report(out, 0, 21); }},
      {"ends behind the bytes it was given",
       [&](const kato_emitter& out, uint64_t&) { report(out, 0, UINT64_MAX); }},
      {"reported an empty record", [&](const kato_emitter& out, uint64_t&) { report(out, 0, 0); }},
      {"held twice",
       [&](const kato_emitter& out, uint64_t&) {
         report(out, 0, 10, KATO_RECORD_HELD);
         report(out, 0, 10, KATO_RECORD_HELD);
       }},
      {"unchanged without having been told to",
       [&](const kato_emitter& out, uint64_t&) { report(out, 0, 10, KATO_RECORD_UNCHANGED); }},
  };
  for (const auto& lie : lies) {
    Attempt attempt;
    check_breach(attempt.decode([&](const kato_host&, const kato_decode_input&,
                                    const kato_emitter& out, uint64_t& consumed) {
      lie.tell(out, consumed);
      return KATO_OK;
    }),
                 lie.words);
  }
}

TEST_CASE("a draft that is none stops the plugin", "[abi]") {
  const std::string long_key(513, 'k');
  const std::vector<std::pair<std::string, std::function<void(Saying&)>>> spoilt = {
      {"draft that is NULL or too small", [](Saying& s) { s.draft.struct_size = 8; }},
      {"payload is NULL or too small", [](Saying& s) { s.draft.payload = nullptr; }},
      {"payload is NULL or too small", [](Saying& s) { s.payload.struct_size = 4; }},
      {"record key of 0 bytes", [](Saying& s) { s.draft.record_key = {nullptr, 0}; }},
      {"record key of 513 bytes", [&](Saying& s) { s.draft.record_key = c_str(long_key); }},
      {"part key of 513 bytes", [&](Saying& s) { s.draft.part_key = c_str(long_key); }},
      {"text without data", [](Saying& s) { s.payload.text = {nullptr, 5}; }},
      {"absurd size", [](Saying& s) { s.payload.text.size = SIZE_MAX; }},
      {"only the host derives", [](Saying& s) { s.draft.kind = KATO_USER_KATO_COMMAND; }},
      {"ends behind the bytes", [](Saying& s) { s.draft.record_length_bytes = 21; }},
      {"beyond all files", [](Saying& s) { s.draft.record_offset_bytes = UINT64_MAX; }},
      {"did not consume", [](Saying& s) { s.draft.record_offset_bytes = 10; }},
      {"options that are no list", [](Saying& s) { s.payload.option_count = 3; }},
      {"selections that are no list", [](Saying& s) { s.payload.selection_count = 1U << 30U; }},
      {"attachments that are no list", [](Saying& s) { s.payload.attachment_count = 1; }},
      {"NULL or too small", [](Saying& s) { s.record.struct_size = 8; }},
      {"type, reason or key is no text", [](Saying& s) { s.record.type = c_str("\xff"); }},
      {"type, reason or key is no text", [&](Saying& s) { s.record.key = c_str(long_key); }},
  };
  for (const auto& [words, spoil] : spoilt) {
    Attempt attempt;
    check_breach(attempt.decode(one_record(spoil)), words);
    CHECK(attempt.heard.drafts.size() <= 1);
  }
}

TEST_CASE("after a breach the instance is closed and stays dead", "[abi]") {
  Attempt attempt;
  check_breach(attempt.decode(one_record([](Saying& s) { s.draft.payload = nullptr; })), "payload");
  CHECK(attempt.script.closed == 1);
  check_breach(attempt.decode(one_record([](Saying&) {})), "given up");
  CHECK_FALSE(attempt.decoder->save());
  attempt.decoder.reset();
  CHECK(attempt.script.closed == 1);
  attempt.decoder = attempt.script.decoder();
  CHECK(attempt.decode(one_record([](Saying&) {})));
}

TEST_CASE("texts that are no UTF-8 are repaired, and it is said", "[abi]") {
  Attempt attempt;
  REQUIRE(attempt.decode(
      one_record([](Saying& s) { s.payload.text = c_str("a\xff\xe2\x82z\xed\xa0\x80"); })));
  CHECK(attempt.heard.drafts.at(0).text == "a\uFFFD\uFFFDz\uFFFD\uFFFD\uFFFD");
  CHECK(attempt.heard.problems.at(0).find("repaired") != std::string::npos);
}

TEST_CASE("raw JSON arrives valid and on one line", "[abi]") {
  const auto received = [](std::string_view json) {
    Attempt attempt;
    REQUIRE(attempt.decode(one_record([&](Saying& s) {
      s.draft.kind = KATO_ASSISTANT_TOOL_CALL;
      s.payload.input_json = c_str(json);
    })));
    REQUIRE(attempt.heard.drafts.at(0).has_input_json);
    return attempt.heard.drafts.at(0).input_json;
  };
  CHECK(received(R"({"a": [1, 2.5e3, "x"]})") == R"({"a": [1, 2.5e3, "x"]})");
  CHECK(received("{\n  \"a\": \"b c\",\r\n \"d\" : [ ]}") == R"({"a":"b c","d":[]})");
  CHECK(received(R"({"a":"\ud83d x \ud83d\ude00 \ude00"})") ==
        R"({"a":"\ufffd x \ud83d\ude00 \ufffd"})");
  CHECK(received("{broken") == "\"{broken\"");
  CHECK(received("\"raw\nnewline\"") == R"("\"raw\nnewline\"")");
  CHECK(received(std::string(2000, '[') + std::string(2000, ']')).starts_with("\"[[["));
  CHECK(received("[\"\xff\"]") == "[\"\uFFFD\"]");
}

TEST_CASE("times that are none are left out", "[abi]") {
  Attempt attempt;
  REQUIRE(attempt.decode(
      one_record([](Saying& s) { s.draft.provider_timestamp = c_str("yesterday"); })));
  CHECK(attempt.heard.drafts.at(0).timestamp.empty());
  CHECK(attempt.heard.problems.size() == 1);
}

TEST_CASE("values of a newer plugin degrade as the contract says", "[abi]") {
  Attempt attempt;
  REQUIRE(attempt.decode(one_record([](Saying& s) {
    s.draft.kind = 57;
    s.draft.cursor.kind = 9;
    s.draft.flags = 0xffffff00U;
    s.draft.provider_event_type = c_str("novelty");
    s.payload.level = 99;
    s.record.outcome = 42;
  })));
  CHECK(attempt.heard.drafts.at(0).kind == EventKind::kProviderRaw);
  CHECK(attempt.heard.drafts.at(0).raw_type == "novelty");
  CHECK(attempt.heard.records.at(0) == RecordOutcome::kRaw);
}

TEST_CASE("structs may be larger or smaller than this host's", "[abi]") {
  struct NewerOption {
    kato_option option;
    uint64_t added[3];
  };
  struct NewerPayload {
    kato_payload payload;
    uint64_t added[5];
  };
  const NewerOption options[2] = {
      {{sizeof(NewerOption), c_str("one"), {}}, {7, 7, 7}},
      {{sizeof(NewerOption), c_str("two"), {}}, {7, 7, 7}},
  };
  const kato_str selections[2] = {c_str("one"), c_str("two")};
  kato_attachment lean{};
  lean.struct_size = offsetof(kato_attachment, size_bytes);
  Attempt attempt;
  REQUIRE(attempt.decode(one_record([&](Saying& s) {
    static NewerPayload newer;
    newer.payload = s.payload;
    newer.payload.struct_size = sizeof(newer);
    newer.payload.options = &options[0].option;
    newer.payload.option_count = 2;
    newer.payload.selections = selections;
    newer.payload.selection_count = 2;
    newer.payload.attachments = &lean;
    newer.payload.attachment_count = 1;
    s.draft.payload = &newer.payload;
    s.record.struct_size = offsetof(kato_record, type);
  })));
  const auto& draft = attempt.heard.drafts.at(0);
  CHECK(draft.options == std::vector<std::string>{"one", "two"});
  CHECK(draft.selections == std::vector<std::string>{"one", "two"});
  CHECK(draft.attachment_sizes == std::vector<uint64_t>{kUnknownSize});

  Attempt lean_attempt;  // only the text is known to that plugin
  REQUIRE(lean_attempt.decode(one_record([&](Saying& s) {
    s.payload.struct_size = offsetof(kato_payload, phase);
    s.payload.option_count = 99;
  })));
  CHECK(lean_attempt.heard.drafts.at(0).text == "hello");
}

TEST_CASE("each status is understood", "[abi]") {
  const auto returning = [](kato_status status) {
    return
        [status](const kato_host& host, const kato_decode_input&, const kato_emitter&, uint64_t&) {
          host.error(host.context, status, 3, c_str("because\nof \xff this"));
          return status;
        };
  };
  const auto verdict = [&](kato_status status) {
    Attempt attempt;
    const auto outcome = attempt.decode(returning(status));
    REQUIRE(outcome);
    CHECK(attempt.heard.problems.at(0) == "because of \uFFFD this");
    return outcome->verdict;
  };
  CHECK(verdict(KATO_SKIP_RECORD) == DecodeVerdict::kSkipRecord);
  CHECK(verdict(KATO_RETRY_LATER) == DecodeVerdict::kRetryLater);
  CHECK(verdict(KATO_QUARANTINE_SOURCE) == DecodeVerdict::kQuarantine);
  CHECK(verdict(KATO_CANCELLED) == DecodeVerdict::kCancelled);
  Attempt fatal;
  check_breach(fatal.decode(returning(KATO_FATAL)), "failed: because of \uFFFD this");
  Attempt unknown;
  check_breach(unknown.decode(returning(77)), "returned the unknown status 77");
  Attempt unsupported;
  CHECK(unsupported.decode(returning(KATO_UNSUPPORTED)).error().code() == ErrorCode::kUnsupported);
}

TEST_CASE("asking for a retry after having begun is a breach", "[abi]") {
  Attempt attempt;
  check_breach(attempt.decode([](const kato_host&, const kato_decode_input&,
                                 const kato_emitter& out, uint64_t&) {
    Saying().emit(out);
    return KATO_RETRY_LATER;
  }),
               "asked to be called again after it had begun");
}

TEST_CASE("an exception of a plugin is contained", "[abi]") {
  Attempt attempt;
  check_breach(attempt.decode([](const kato_host&, const kato_decode_input&, const kato_emitter&,
                                 uint64_t&) -> kato_status { throw std::runtime_error("oops"); }),
               "threw an exception across the boundary");
}

TEST_CASE("an exception of the listener does not pass through the plugin", "[abi]") {
  Attempt attempt;
  attempt.heard.throws = true;
  bool came_back = false;
  const auto outcome = attempt.decode(
      [&](const kato_host&, const kato_decode_input&, const kato_emitter& out, uint64_t& consumed) {
        Saying saying;
        saying.emit(out);
        came_back = true;
        saying.report(out);
        consumed = 10;
        return KATO_OK;
      });
  CHECK(came_back);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code() == ErrorCode::kInternal);
  CHECK(outcome.error().message().find("the listener is full") != std::string::npos);
}

TEST_CASE("facts are handed on, absent ones as empty", "[abi]") {
  Attempt attempt;
  REQUIRE(attempt.decode(
      [](const kato_host&, const kato_decode_input&, const kato_emitter& out, uint64_t&) {
        const kato_session_facts facts{sizeof(facts), 0, c_str("/home/me"), {nullptr, 0}};
        out.facts(out.context, &facts);
        return KATO_OK;
      }));
  CHECK(attempt.heard.project_directory == "/home/me");
}
