// The loop of append decoders, driven by a decoder of a toy format:
// {"say":TEXT} is said, {"skip":1} is ignored, {"hold":TEXT} waits for {"release":1},
// {"drop":1} or {"peek":1}.
#include <string>
#include <vector>

#include "plugins/jsonlog/append_decoder.h"
#include "tests/support/catch.h"

using namespace kato;

namespace {

class ToyDecoder : public jsonlog::AppendDecoder {
 protected:
  kato_status on_record(jsonlog::LogRecord& record) override {
    const auto root = record.root();
    if (root["throw"].exists()) throw std::bad_alloc();
    record.name_it("toy", root["id"].word(), root["time"].word());
    if (root["say"].exists()) {
      say(record);
    } else if (root["skip"].exists()) {
      record.ignore("skipped");
    } else if (root["hold"].exists()) {
      hold(record, 5);
    } else if (root["release"].exists() && !held().empty()) {
      const auto status = release(record, 0, [](jsonlog::LogRecord& old) {
        old.name_it("toy", {}, old.root()["time"].word());
        say(old);
      });
      if (status == KATO_RETRY_LATER) return status;
      record.ignore("releases");
    } else if (root["drop"].exists() && !held().empty()) {
      drop(record, 0, "taken-back");
      record.ignore("drops");
    } else if (root["peek"].exists() && !held().empty()) {
      jsonlog::Value found;
      if (const auto status = read_held(record, 0, &found); status != KATO_OK) return status;
      auto draft = record.draft(KATO_PROVIDER_INFO, "peek");
      draft.text = found["hold"].text();
      record.emit(draft);
    }
    ++records_;
    return KATO_OK;
  }
  void save_more(jsonlog::StateWriter& out) const override { out.number(records_); }
  void restore_more(jsonlog::StateReader& in) override { records_ = in.number(); }
  [[nodiscard]] uint32_t state_version() const override { return 3; }

 private:
  static void say(jsonlog::LogRecord& record) {
    auto draft = record.draft(KATO_USER_MESSAGE, "text/0");
    const auto root = record.root();
    draft.text = root["say"].exists() ? root["say"].text() : root["hold"].text();
    record.emit(draft);
  }
  uint64_t records_ = 0;
};

// A host and an emitter that write down what happens. Reads back from `log`.
struct Rig {
  std::string log;
  std::vector<std::string> lines;
  uint64_t accounted = 0;
  bool gone = false;
  bool unreadable = false;
  int cancel = 0;
  kato_host host{};
  kato_emitter emitter{};

  explicit Rig(std::string text) : log(std::move(text)) {
    host.struct_size = sizeof(host);
    host.context = this;
    host.error = [](void* self, kato_status, uint64_t offset, kato_str message) {
      of(self).lines.push_back("error@" + std::to_string(offset) + " " +
                               std::string(sdk::view(message)));
    };
    host.cancelled = [](void* self) { return of(self).cancel; };
    host.hash = [](void*, kato_bytes bytes) -> uint64_t {
      return std::hash<std::string_view>{}(sdk::view(bytes));
    };
    host.read_back = [](void* self, kato_range range, kato_bytes* out) -> kato_status {
      if (of(self).gone) return KATO_SKIP_RECORD;
      if (of(self).unreadable) return KATO_RETRY_LATER;
      *out =
          sdk::bytes(std::string_view(of(self).log).substr(range.offset_bytes, range.length_bytes));
      return KATO_OK;
    };
    emitter.struct_size = sizeof(emitter);
    emitter.context = this;
    emitter.draft = [](void* self, const kato_draft* draft) {
      of(self).lines.push_back("draft@" + std::to_string(draft->record_offset_bytes) + " " +
                               std::string(sdk::view(draft->payload->text)));
    };
    emitter.record = [](void* self, const kato_record* record) {
      if (record->outcome != KATO_RECORD_HELD) of(self).accounted += record->length_bytes;
      of(self).lines.push_back("record@" + std::to_string(record->offset_bytes) + "+" +
                               std::to_string(record->length_bytes) + " " +
                               std::to_string(record->outcome) + " " +
                               std::string(sdk::view(record->reason)));
    };
  }
  static Rig& of(void* self) { return *static_cast<Rig*>(self); }

  struct Result {
    kato_status status;
    uint64_t consumed;
  };
  Result decode(ToyDecoder& decoder, size_t begin, size_t end, uint32_t flags = 0) {
    const kato_decode_input input{sizeof(kato_decode_input), flags,
                                  sdk::bytes(std::string_view(log).substr(begin, end - begin)),
                                  begin};
    sdk::Emitter out(&emitter);
    uint64_t consumed = 0;
    const auto status = decoder.decode(sdk::Host(&host), input, out, consumed);
    return {status, consumed};
  }
  Result decode_all(ToyDecoder& decoder, uint32_t flags = 0) {
    return decode(decoder, 0, log.size(), flags);
  }
};

constexpr uint32_t kFinal = KATO_DECODE_END_OF_INPUT | KATO_DECODE_FINAL;

std::unique_ptr<ToyDecoder> reopen(const ToyDecoder& decoder) {
  const auto saved = decoder.save();
  const kato_state_blob blob{sizeof(kato_state_blob), saved.version, sdk::bytes(saved.blob)};
  auto next = std::make_unique<ToyDecoder>();
  REQUIRE(next->restore(blob));
  return next;
}

const std::string kLog =
    "\xEF\xBB\xBF{\"say\":\"one\",\"id\":\"a\"}\n\n{\"skip\":1}\r\nnot json\n[1]\n"
    "{\"hold\":\"later\",\"time\":\"t\"}\n{\"peek\":1}\n{\"hold\":\"never\"}\n{\"release\":1}\n"
    "{\"drop\":1}\n{\"what\":1}\n{\"say\":\"two\"}\n";

}  // namespace

TEST_CASE("each record of an append log is accounted for once", "[jsonlog][quick]") {
  Rig rig(kLog);
  ToyDecoder decoder;
  const auto [status, consumed] = rig.decode_all(decoder);
  CHECK(status == KATO_OK);
  CHECK(consumed == kLog.size());
  CHECK(rig.accounted == kLog.size());
  CHECK(rig.lines == std::vector<std::string>{"record@0+3 4 blank",
                                              "draft@3 one",
                                              "record@3+23 1 ",
                                              "record@26+1 4 blank",
                                              "record@27+12 4 skipped",
                                              "error@39 not-json",
                                              "record@39+9 5 not-json",
                                              "error@48 not-an-object",
                                              "record@48+4 5 not-an-object",
                                              "record@52+28 6 ",
                                              "draft@80 later",
                                              "record@80+11 2 ",
                                              "record@91+17 6 ",
                                              "draft@52 later",
                                              "record@52+28 1 ",
                                              "record@108+14 4 releases",
                                              "record@91+17 4 taken-back",
                                              "record@122+11 4 drops",
                                              "draft@133 ",
                                              "record@133+11 3 ",
                                              "draft@144 two",
                                              "record@144+14 1 "});
}

TEST_CASE("cut and reopened anywhere, a log gives the same", "[jsonlog][quick]") {
  Rig whole(kLog);
  ToyDecoder at_once;
  REQUIRE(whole.decode_all(at_once).consumed == kLog.size());
  for (size_t cut = 0; cut <= kLog.size(); ++cut) {
    Rig rig(kLog);
    ToyDecoder first;
    const auto before = rig.decode(first, 0, cut);
    REQUIRE(before.status == KATO_OK);
    const auto second = reopen(first);
    const auto after = rig.decode(*second, before.consumed, kLog.size());
    CHECK(before.consumed + after.consumed == kLog.size());
    CHECK(rig.lines == whole.lines);
    CHECK(second->save().blob == at_once.save().blob);
  }
}

TEST_CASE("an unterminated line waits, unless the source is finished", "[jsonlog][quick]") {
  Rig rig("{\"skip\":1}\n{\"say\":\"x\"}");
  ToyDecoder decoder;
  CHECK(rig.decode_all(decoder, KATO_DECODE_END_OF_INPUT).consumed == 11);
  CHECK(rig.decode(decoder, 11, rig.log.size(), kFinal).consumed == 11);
  CHECK(rig.lines.back() == "record@11+11 1 ");
  Rig cut("{\"say\":\"x");
  CHECK(cut.decode_all(decoder, kFinal).consumed == 9);
  CHECK(cut.lines.back() == "record@0+9 5 not-json");
}

TEST_CASE("a held record whose text is gone is accounted for as lost", "[jsonlog][quick]") {
  Rig rig("{\"hold\":\"x\"}\n{\"release\":1}\n");
  ToyDecoder first;
  REQUIRE(rig.decode(first, 0, 13).consumed == 13);
  const auto second = reopen(first);
  rig.unreadable = true;
  const auto early = rig.decode(*second, 13, rig.log.size());
  CHECK(early.status == KATO_RETRY_LATER);
  CHECK(early.consumed == 0);
  rig.unreadable = false;
  rig.gone = true;
  CHECK(rig.decode(*second, 13, rig.log.size()).status == KATO_OK);
  CHECK(rig.lines == std::vector<std::string>{"record@0+13 6 ", "record@0+13 4 lost: source-gone",
                                              "record@13+14 4 releases"});
}

TEST_CASE("cancelled decoding stops and says how far it came", "[jsonlog][quick]") {
  Rig rig(kLog);
  rig.cancel = 1;
  ToyDecoder decoder;
  const auto [status, consumed] = rig.decode_all(decoder);
  CHECK(status == KATO_CANCELLED);
  CHECK(consumed == 0);
  rig.cancel = 0;
  CHECK(rig.decode_all(decoder).consumed == kLog.size());
}

TEST_CASE("a decoder that failed in the middle of a record does not go on", "[jsonlog][quick]") {
  Rig rig("{\"throw\":1}\n");
  ToyDecoder decoder;
  CHECK_THROWS_AS(rig.decode_all(decoder), std::bad_alloc);
  CHECK(rig.decode_all(decoder).status == KATO_FATAL);
}

TEST_CASE("a state of another version or cut short is refused", "[jsonlog][quick]") {
  Rig rig(kLog.substr(0, 108));
  ToyDecoder decoder;
  REQUIRE(rig.decode_all(decoder).consumed == 108);
  const auto saved = decoder.save();
  CHECK(saved.held.size() == 2);
  CHECK(saved.held[0].range.offset_bytes == 52);
  const auto fits = [](uint32_t version, std::string_view bytes) {
    const kato_state_blob blob{sizeof(kato_state_blob), version, sdk::bytes(bytes)};
    return ToyDecoder().restore(blob);
  };
  CHECK(fits(saved.version, saved.blob));
  CHECK_FALSE(fits(saved.version + 1, saved.blob));
  for (size_t cut = 0; cut < saved.blob.size(); ++cut) {
    CHECK_FALSE(fits(saved.version, std::string_view(saved.blob).substr(0, cut)));
  }
}
