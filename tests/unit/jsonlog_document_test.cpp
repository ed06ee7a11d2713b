// The loop of document decoders, driven by a toy format: {"list":[{"say":TEXT}, ...]}.
#include <compare>
#include <functional>
#include <string>
#include <vector>

#include "plugins/jsonlog/document_decoder.h"
#include "plugins/jsonlog/repair.h"
#include "tests/support/catch.h"

using namespace kato;

namespace {

// An item says, besides its own words, what the one before said; the first one, what the head did.
class ToyDocument : public jsonlog::DocumentDecoder {
 protected:
  void begin() override { before_.clear(); }
  [[nodiscard]] jsonlog::Value items(jsonlog::Value root) const override { return root["list"]; }
  void on_head(jsonlog::LogRecord& record) override {
    before_ = record.root()["first"].text();
    quiet(record, "head");
  }
  void on_tail(jsonlog::LogRecord& record) override { quiet(record, "tail"); }
  void on_item(jsonlog::LogRecord& record, uint64_t index) override {
    record.name_it("item", std::to_string(index), {});
    auto draft = record.draft(KATO_USER_MESSAGE, "text");
    draft.text = record.root()["say"].text();
    draft.description = before_;
    record.emit(draft);
    before_ = draft.text;
  }
  void save_memory(jsonlog::StateWriter& out) const override { out.text(before_); }
  void restore_memory(jsonlog::StateReader& in) override { before_ = in.text(); }
  [[nodiscard]] uint32_t state_version() const override { return 7; }

 private:
  static void quiet(jsonlog::LogRecord& record, std::string_view type) {
    record.name_it(type, type, {});
    record.ignore("envelope");
  }

  std::string before_;
};

struct Result {
  kato_status status = KATO_FATAL;
  uint64_t consumed = 0;
  uint64_t accounted = 0;
  std::vector<std::string> lines;

  [[nodiscard]] std::vector<std::string> drafts() const {
    std::vector<std::string> only;
    for (const auto& line : lines) {
      if (line.starts_with("draft ")) only.push_back(line);
    }
    return only;
  }
};

Result decode(ToyDocument& decoder, const std::string& text, uint32_t flags) {
  Result result;
  kato_host host{};
  host.struct_size = sizeof(host);
  host.error = [](void*, kato_status, uint64_t, kato_str) {};
  host.cancelled = [](void*) -> int32_t { return 0; };
  host.hash = [](void*, kato_bytes bytes) {
    return uint64_t{std::hash<std::string_view>{}(sdk::view(bytes))};
  };
  kato_emitter emitter{};
  emitter.struct_size = sizeof(emitter);
  emitter.context = &result;
  emitter.draft = [](void* self, const kato_draft* draft) {
    static_cast<Result*>(self)->lines.push_back(
        "draft " + std::to_string(draft->cursor.kind) + ":" + std::to_string(draft->cursor.value) +
        " " + std::string(sdk::view(draft->payload->text)) +
        std::string(sdk::view(draft->payload->description)));
  };
  emitter.record = [](void* self, const kato_record* record) {
    auto& to = *static_cast<Result*>(self);
    to.accounted += record->length_bytes;
    to.lines.push_back(
        std::string(sdk::view(record->type)) + "@" + std::to_string(record->offset_bytes) + "+" +
        std::to_string(record->length_bytes) + " " + std::to_string(record->outcome) +
        " repaired " + std::to_string(record->repaired_count));
  };
  const kato_decode_input input{sizeof(kato_decode_input), flags, sdk::bytes(text), 0};
  sdk::Emitter out(&emitter);
  result.status = decoder.decode(sdk::Host(&host), input, out, result.consumed);
  return result;
}

Result decode(const std::string& text, uint32_t flags = KATO_DECODE_END_OF_INPUT) {
  ToyDocument decoder;
  return decode(decoder, text, flags);
}

// What a host knows that puts what it was told before in the place of what is unchanged.
struct Follower {
  ToyDocument decoder;
  std::vector<std::vector<std::string>> said;  // by record
  size_t unchanged = 0;                        // in the last document

  std::vector<std::string> decode(const std::string& text, bool knows_last) {
    uint32_t flags = KATO_DECODE_END_OF_INPUT;
    if (knows_last) flags |= KATO_DECODE_KNOWS_LAST;
    const auto result = ::decode(decoder, text, flags);
    REQUIRE(result.status == KATO_OK);
    REQUIRE(result.accounted == text.size());
    std::vector<std::vector<std::string>> now(1);
    unchanged = 0;
    for (const auto& line : result.lines) {
      if (line.starts_with("draft ")) {
        now.back().push_back(line);
        continue;
      }
      if (line.contains(" 7 repaired")) {
        ++unchanged;
        now.back() = said.at(now.size() - 1);
      }
      now.emplace_back();
    }
    said = now;
    std::vector<std::string> all;
    for (const auto& record : now) {
      all.insert(all.end(), record.begin(), record.end());
    }
    return all;
  }
};

std::string toy(const std::vector<std::string>& says, const std::string& head = "{") {
  std::string text = head + "\"list\":[";
  for (const auto& say : says) {
    text += (text.back() == '[' ? R"({"say":")" : R"(, {"say":")") + say + "\"}";
  }
  return text + "]}";
}

}  // namespace

TEST_CASE("what is unchanged in a document means what it meant", "[jsonlog]") {
  std::vector<std::string> says;
  says.reserve(40);
  for (int i = 0; i < 40; ++i) {
    says.push_back("item " + std::to_string(i));
  }
  const auto changed = [&says](size_t at) {
    auto other = says;
    other[at] = "changed";
    return other;
  };
  auto longer = says;
  longer.emplace_back("new");
  const auto shorter = std::vector(says.begin(), says.begin() + 20);
  auto in_front = says;
  in_front.insert(in_front.begin(), "in front");
  for (const auto& next : {says, longer, shorter, in_front, changed(39), changed(38), changed(20),
                           changed(0), std::vector<std::string>{"one"}}) {
    Follower follower;
    follower.decode(toy(says), false);
    CHECK(follower.decode(toy(next), true) == decode(toy(next)).drafts());
    // And once more, from what was kept then.
    CHECK(follower.decode(toy(longer), true) == decode(toy(longer)).drafts());
  }
}

TEST_CASE("of a document that grew at its end no more than the end is stated", "[jsonlog]") {
  std::vector<std::string> says(1000, "the same words");
  Follower follower;
  follower.decode(toy(says), false);
  says.emplace_back("and more");
  follower.decode(toy(says), true);
  CHECK(follower.unchanged == 1000);
  follower.decode(toy(says, R"({"updated":"now",)"), true);
  CHECK(follower.unchanged == 1001);
  follower.decode(toy(says), false);
  CHECK(follower.unchanged == 0);
}

namespace {

struct Place {
  uint64_t offset = 0;
  uint64_t length = 0;
  auto operator<=>(const Place&) const = default;
};

// Of all records.
std::vector<Place> places_in(const std::vector<std::string>& lines) {
  std::vector<Place> places;
  for (const auto& line : lines) {
    if (line.starts_with("draft ")) continue;
    const auto at = line.find('@');
    const auto plus = line.find('+', at);
    places.push_back({std::stoull(line.substr(at + 1)), std::stoull(line.substr(plus + 1))});
  }
  return places;
}

// Puts `by` in the place of what stands from `at` on.
std::string with(std::string text, size_t at, std::string_view by) {
  return text.replace(at, by.size(), by);
}

const std::string kHead = R"({"first":"A", )";

std::string long_toy() {
  std::vector<std::string> says;
  says.reserve(50);
  for (int i = 0; i < 50; ++i) {
    says.push_back("item " + std::to_string(i) + " \\\" ] , {");
  }
  return toy(says, kHead);
}

}  // namespace

// What did not change is not parsed; whatever stands there now, nobody can tell by the outcome.
TEST_CASE("a document is the same whether or not the one before is known", "[jsonlog]") {
  const auto before = long_toy();
  const auto first = before.find("[{") + 1;
  std::vector<std::string> documents;
  for (size_t at = 0; at < before.size(); at += at < first + 40 ? 1 : 11) {
    for (const std::string_view by :
         {" ", ",", "\"", "x", "]", "}", "[", "\\", "\xFF", "\xC3", "5", "]}", ", ", " ,", "\n"}) {
      documents.push_back(with(before, at, by));
      documents.push_back(before.substr(0, at) + std::string(by) + before.substr(at));
    }
    documents.push_back(before.substr(0, at));
  }
  for (const auto& document : documents) {
    Follower follower;
    follower.decode(before, false);
    const auto told =
        ::decode(follower.decoder, document, KATO_DECODE_END_OF_INPUT | KATO_DECODE_KNOWS_LAST);
    const auto anew = decode(document);
    INFO(document);
    REQUIRE(told.status == anew.status);
    CHECK(told.consumed == anew.consumed);
    CHECK(places_in(told.lines) == places_in(anew.lines));
    if (told.status != KATO_OK) continue;
    Follower again;
    again.decode(before, false);
    CHECK(again.decode(document, true) == anew.drafts());
    CHECK(again.decode(document, true) == anew.drafts());
    CHECK(again.decode(before, true) == decode(before).drafts());
  }
}

TEST_CASE("items that are as they were mean something else behind another head", "[jsonlog]") {
  const auto before = long_toy();
  const auto after = with(before, before.find('A'), "B");
  Follower follower;
  follower.decode(before, false);
  CHECK(follower.decode(after, true) == decode(after).drafts());
  CHECK(follower.unchanged == 0);
  CHECK(follower.decode(after, true) == decode(after).drafts());
  CHECK(follower.unchanged == 50);
}

TEST_CASE("a document that had to be repaired is followed by one that has not, and by another",
          "[jsonlog][bad-input]") {
  const auto whole = long_toy();
  const auto damaged = with(whole, whole.find("item 3"), "\xFF");
  for (const auto& next : {whole, damaged}) {
    Follower follower;
    follower.decode(damaged, false);
    CHECK(follower.decode(next, true) == decode(next).drafts());
    CHECK(follower.decode(damaged, true) == decode(damaged).drafts());
    CHECK(follower.decode(whole, true) == decode(whole).drafts());
  }
}

TEST_CASE("a document that was left for later is not the last one", "[jsonlog]") {
  Follower follower;
  follower.decode(toy({"a", "b"}), false);
  const auto half = toy({"x", "y"});
  CHECK(decode(follower.decoder, half.substr(0, 20), KATO_DECODE_END_OF_INPUT).status ==
        KATO_RETRY_LATER);
  follower.decode(toy({"a", "b", "c"}), true);
  CHECK(follower.unchanged == 2);
}

// As it is while its client, which does not write it beside, is about to write it.
TEST_CASE("of an empty document nothing is there to be unchanged", "[jsonlog]") {
  for (const std::string empty : {"", "\xEF\xBB\xBF"}) {
    Follower follower;
    follower.decode(toy({"a", "b"}), false);
    const auto nothing =
        ::decode(follower.decoder, empty, KATO_DECODE_END_OF_INPUT | KATO_DECODE_KNOWS_LAST);
    CHECK(nothing.status == KATO_OK);
    CHECK(nothing.lines.empty());
    follower.decode(toy({"a", "b"}), true);
    CHECK(follower.unchanged == 0);
  }
}

TEST_CASE("head, items and tail of a document share its bytes out among them", "[jsonlog]") {
  const auto result = decode(R"({"a":1,"list":[{"say":"x"}, {"say":"y"}],"b":2} )");
  CHECK(result.status == KATO_OK);
  CHECK(result.consumed == 48);
  CHECK(result.accounted == 48);
  CHECK(result.lines == std::vector<std::string>{
                            "head@0+15 4 repaired 0", "draft 2:0 x", "item@15+13 1 repaired 0",
                            "draft 2:1 yx", "item@28+11 1 repaired 0", "tail@39+9 4 repaired 0"});
}

TEST_CASE("a document without items is all head", "[jsonlog]") {
  for (const auto* text : {R"({"list":[]})", R"({"list":5})", R"({})"}) {
    const auto result = decode(text);
    CHECK(result.accounted == std::string(text).size());
    CHECK(result.lines.size() == 1);
  }
}

TEST_CASE("half a document is left for later, unless it is final", "[jsonlog]") {
  const std::string half = R"({"list":[{"say":"x"},{"sa)";
  const auto now = decode(half);
  CHECK(now.status == KATO_RETRY_LATER);
  CHECK(now.consumed == 0);
  CHECK(now.lines.empty());
  const auto final = decode(half, KATO_DECODE_END_OF_INPUT | KATO_DECODE_FINAL);
  CHECK(final.status == KATO_OK);
  CHECK(final.consumed == half.size());
  CHECK(final.lines == std::vector<std::string>{"malformed@0+25 5 repaired 0"});
}

TEST_CASE("a document that is no object is one malformed record", "[jsonlog]") {
  CHECK(decode("[1]").lines == std::vector<std::string>{"malformed@0+3 5 repaired 0"});
}

TEST_CASE("a byte-order mark and blanks are accounted for", "[jsonlog]") {
  CHECK(decode("\xEF\xBB\xBF{}\n").lines ==
        std::vector<std::string>{"blank@0+3 4 repaired 0", "head@3+3 4 repaired 0"});
  CHECK(decode(" \n", KATO_DECODE_FINAL).lines ==
        std::vector<std::string>{"blank@0+2 4 repaired 0"});
  CHECK(decode("").consumed == 0);
}

TEST_CASE("places in a document that had to be repaired are those of the original",
          "[jsonlog][bad-input]") {
  const auto result = decode("{\"list\":[{\"say\":\"\xFF\xFE\"},{\"say\":\"y\"}]}");
  CHECK(result.consumed == 35);
  CHECK(result.lines ==
        std::vector<std::string>{"head@0+9 4 repaired 2", "draft 2:0 \uFFFD\uFFFD",
                                 "item@9+13 1 repaired 0", "draft 2:1 y\uFFFD\uFFFD",
                                 "item@22+11 1 repaired 0", "tail@33+2 4 repaired 0"});
}

TEST_CASE("repaired characters count for the item that has them", "[jsonlog]") {
  const auto result = decode(R"({"list":[{"say":"\ud800"},{"say":"y"}]})");
  CHECK(result.lines[2] == "item@9+17 1 repaired 1");
  CHECK(result.lines[4] == "item@26+11 1 repaired 0");
}

TEST_CASE("original offsets are found past every kind of damage", "[jsonlog]") {
  const std::string original("a\0b\xC3\xA9\xC3(\xE2\x82", 9);
  std::string repaired;
  CHECK(jsonlog::repair_bytes(original, repaired) == 4);
  jsonlog::OriginalOffsets offsets(original);
  CHECK(offsets.of(0) == 0);
  CHECK(offsets.of(repaired.find('b')) == 2);
  CHECK(offsets.of(repaired.find('(')) == 6);
  CHECK(offsets.of(repaired.size()) == original.size());
}

TEST_CASE("strings mean the same with and without room to read behind them", "[jsonlog]") {
  const std::vector<std::string> strings = {
      R"(plain)",   R"(a\nb\t\"c\"\\ \/)", R"(\u00e9\ud83d\ude00 end)",     R"(\ud800 lone)",
      R"(\udc00x)", R"(\ud800\ud800)",     std::string(300, 'x') + R"(\n)", R"(\u0000)"};
  for (const auto& escaped : strings) {
    const auto text =
        std::string("{\"").append(escaped).append("\":\"").append(escaped).append("\"}");
    const std::string roomy = text + std::string(64, '"');
    jsonlog::Json narrow;
    jsonlog::Json wide;
    REQUIRE(narrow.parse(text) == jsonlog::JsonError::kNone);
    REQUIRE(wide.parse(std::string_view(roomy).substr(0, text.size()), jsonlog::Behind::kPadding) ==
            jsonlog::JsonError::kNone);
    for (const auto& [key, value] : narrow.root().members()) {
      CHECK(narrow.root().unescape_key(key) == value.text());
      CHECK(wide.root()[key].text() == value.text());
    }
  }
}
