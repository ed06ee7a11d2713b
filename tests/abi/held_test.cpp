// Records that are held back: their account, their bytes, the state that names them.
#include <string>
#include <vector>

#include "host/base/hash.h"

#include "tests/abi/scripted_provider.h"
#include "tests/support/catch.h"

using namespace kato;
using namespace kato::test;

namespace {

constexpr std::string_view kFirst = "0123456789";

struct Source {
  ScriptedProvider script;
  Heard heard;
  std::string padded = std::string(20, '.') + std::string(kReadPaddingBytes, '\0');

  Result<DecodeOutcome> decode(Decoder& decoder, uint64_t base, ScriptedProvider::Decode body) {
    script.decode = std::move(body);
    return decoder.decode(
        {.bytes = std::string_view(padded).substr(0, 20), .base_offset_bytes = base}, heard);
  }
};

kato_status report_one(const kato_emitter& out, uint64_t offset, int32_t outcome,
                       uint64_t& consumed) {
  Saying saying(offset, 10);
  saying.record.outcome = outcome;
  saying.report(out);
  consumed += 10;
  return KATO_OK;
}

ScriptedProvider::Decode hold_first() {
  return [](const kato_host&, const kato_decode_input&, const kato_emitter& out,
            uint64_t& consumed) { return report_one(out, 0, KATO_RECORD_HELD, consumed); };
}

// Consumes a record at 10 and says what became of the one at 0.
ScriptedProvider::Decode decide_first() {
  return
      [](const kato_host&, const kato_decode_input&, const kato_emitter& out, uint64_t& consumed) {
        const Saying first(0, 10);
        first.report(out);
        first.emit(out);
        return report_one(out, 10, KATO_RECORD_IGNORED, consumed);
      };
}

void save_held(ScriptedProvider& script, uint64_t offset, uint64_t length) {
  script.save = [=](const kato_host&, const kato_state_writer& out) {
    const kato_state_blob blob{sizeof(blob), 3, {}};
    const kato_held_record held{sizeof(held), 0, c_str("key"), {offset, length, 7}};
    const kato_saved_state state{sizeof(state), 0, &blob, &held, 1};
    out.state(out.context, &state);
    return KATO_OK;
  };
}

}  // namespace

TEST_CASE("a held record is decided later, once", "[abi]") {
  Source source;
  const auto decoder = source.script.decoder();
  REQUIRE(source.decode(*decoder, 0, hold_first()));
  CHECK(source.decode(*decoder, 10, decide_first()));
  const auto again = source.decode(
      *decoder, 20,
      [](const kato_host&, const kato_decode_input&, const kato_emitter& out, uint64_t&) {
        Saying(0, 10).report(out);
        return KATO_OK;
      });
  REQUIRE_FALSE(again);
  CHECK(again.error().message().find("reported bytes at 0 twice") != std::string::npos);
}

TEST_CASE("what was decided cannot be decided anew, nor given drafts", "[abi]") {
  Source source;
  const auto decoder = source.script.decoder();
  REQUIRE(source.decode(*decoder, 0,
                        [](const kato_host&, const kato_decode_input&, const kato_emitter& out,
                           uint64_t& n) { return report_one(out, 0, KATO_RECORD_MAPPED, n); }));
  const auto late = source.decode(
      *decoder, 10,
      [](const kato_host&, const kato_decode_input&, const kato_emitter& out, uint64_t&) {
        Saying(0, 10).emit(out);
        return KATO_OK;
      });
  REQUIRE_FALSE(late);
  CHECK(late.error().message().find("decoded before") != std::string::npos);
}

TEST_CASE("a saved state names the records that are held, and no others", "[abi]") {
  Source source;
  auto decoder = source.script.decoder();
  REQUIRE(source.decode(*decoder, 0, hold_first()));
  SECTION("they agree") {
    save_held(source.script, 0, 10);
    const auto saved = decoder->save();
    REQUIRE(saved);
    CHECK(saved->state.version == 3);
    CHECK(saved->held.at(0).length_bytes == 10);
    // Known again after a restart.
    decoder = source.script.decoder({}, &saved->state, &saved->held);
    CHECK(source.decode(*decoder, 10, decide_first()));
  }
  SECTION("one is forgotten") {
    CHECK(decoder->save().error().message().find("holds back 0 records but reported 1") !=
          std::string::npos);
  }
  SECTION("another one is named") {
    save_held(source.script, 5, 10);
    CHECK(decoder->save().error().message().find("not reported as held") != std::string::npos);
  }
}

TEST_CASE("without knowing what was held, the plugin is believed", "[abi]") {
  Source source;
  const StateBlob state{3, "x"};
  const auto decoder = source.script.decoder({}, &state, nullptr);
  SECTION("in what it says of it") {
    CHECK(source.decode(*decoder, 10, decide_first()));
  }
  SECTION("in what it still holds before it was given anything") {
    save_held(source.script, 0, 10);
    CHECK(decoder->save());
  }
}

TEST_CASE("what was held is checked before anything is decoded", "[abi]") {
  Source source;
  const StateBlob state{3, "x"};
  const std::vector<HeldRecord> held = {
      {.key = "key", .offset_bytes = 0, .length_bytes = 10, .hash = 7}};
  const auto decoder = source.script.decoder({}, &state, &held);
  SECTION("it is still held") {
    save_held(source.script, 0, 10);
    CHECK(decoder->save());
  }
  SECTION("another one is named") {
    save_held(source.script, 5, 10);
    CHECK(decoder->save().error().message().find("not reported as held") != std::string::npos);
  }
}

TEST_CASE("without a state nothing is held", "[abi]") {
  Source source;
  const auto decoder = source.script.decoder();
  save_held(source.script, 0, 10);
  CHECK(decoder->save().error().message().find("not reported as held") != std::string::npos);
}

TEST_CASE("a state that is none is refused", "[abi]") {
  using Give = std::function<void(const kato_state_writer&)>;
  const std::vector<std::pair<std::string, Give>> cases = {
      {"exactly once", [](const kato_state_writer&) {}},
      {"NULL or too small", [](const kato_state_writer& out) { out.state(out.context, nullptr); }},
      {"NULL or too small",
       [](const kato_state_writer& out) {
         const kato_saved_state state{sizeof(state), 0, nullptr, nullptr, 0};
         out.state(out.context, &state);
       }},
      {"1048576 are allowed",
       [](const kato_state_writer& out) {
         const std::string large(KATO_MAX_STATE_BYTES + 1, 'x');
         const kato_state_blob blob{
             sizeof(blob), 1, {reinterpret_cast<const uint8_t*>(large.data()), large.size()}};
         const kato_saved_state state{sizeof(state), 0, &blob, nullptr, 0};
         out.state(out.context, &state);
       }},
      {"held records that are no list",
       [](const kato_state_writer& out) {
         const kato_state_blob blob{sizeof(blob), 1, {}};
         const kato_saved_state state{sizeof(state), 0, &blob, nullptr, 5};
         out.state(out.context, &state);
       }},
  };
  for (const auto& [words, give] : cases) {
    ScriptedProvider script;
    script.save = [&](const kato_host&, const kato_state_writer& out) {
      give(out);
      return KATO_OK;
    };
    const auto decoder = script.decoder();
    const auto saved = decoder->save();
    REQUIRE_FALSE(saved);
    INFO(saved.error().message());
    CHECK(saved.error().message().find(words) != std::string::npos);
  }
}

TEST_CASE("bytes are handed back only if they are the same as ever", "[abi]") {
  Source source;
  std::optional<std::string> on_disk = std::string(kFirst);
  bool readable = true;
  const auto decoder =
      source.script.decoder([&](const HeldRecord& held) -> Result<std::optional<std::string>> {
        CHECK(held.length_bytes == kFirst.size());
        if (!readable) return fail(ErrorCode::kIo, "busy");
        return on_disk;
      });
  kato_status status = KATO_OK;
  std::string got;
  const auto ask = [&](uint64_t length, uint64_t hash) {
    return source.decode(
        *decoder, 10,
        [&](const kato_host& host, const kato_decode_input&, const kato_emitter&, uint64_t&) {
          kato_bytes bytes{};
          status = host.read_back(host.context, {0, length, hash}, &bytes);
          if (status == KATO_OK) got.assign(reinterpret_cast<const char*>(bytes.data), bytes.size);
          return KATO_OK;
        });
  };
  const uint64_t hash = hash64(kFirst);
  REQUIRE(ask(10, hash));
  CHECK(status == KATO_OK);
  CHECK(got == kFirst);
  REQUIRE(ask(10, hash + 1));
  CHECK(status == KATO_SKIP_RECORD);
  on_disk = "0123456780";
  REQUIRE(ask(10, hash));
  CHECK(status == KATO_SKIP_RECORD);
  on_disk = std::nullopt;
  REQUIRE(ask(10, hash));
  CHECK(status == KATO_SKIP_RECORD);
  readable = false;
  REQUIRE(ask(10, hash));
  CHECK(status == KATO_RETRY_LATER);
  const auto beyond = ask(uint64_t{1} << 50U, hash);
  REQUIRE_FALSE(beyond);
  CHECK(beyond.error().message().find("never given") != std::string::npos);
}
