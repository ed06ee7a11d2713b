// A law that nobody can break is none: providers that let one record disturb others.
#include <kato/provider.hpp>
#include <kato/testkit/drift_law.hpp>
#include <kato/testkit/json_edit.hpp>
#include <string>

#include "tests/support/catch.h"

using namespace kato::testkit;
namespace sdk = kato::sdk;

namespace {

enum class Fault { kNone, kLosesTheNext, kSpoilsTheNext, kReadsUnknownFields, kStops, kForgets };
Fault the_fault = Fault::kNone;

// Lines of {"type":"say","text":"..."}. "again" stands for the text of the line before, which
// steers it, and that is no breach.
class SayDecoder final : public sdk::Decoder {
 public:
  explicit SayDecoder(std::string last) : last_(std::move(last)) {}

  kato_status decode(const sdk::Host&, const kato_decode_input& input, sdk::Emitter& out,
                     uint64_t& consumed) override {
    const auto bytes = sdk::view(input.bytes);
    for (;;) {
      const size_t newline = bytes.find('\n', consumed);
      if (newline == std::string_view::npos) return KATO_OK;
      const auto line = bytes.substr(consumed, newline + 1 - consumed);
      const bool known = line.find(R"("type":"say")") != std::string_view::npos;
      if (!known && the_fault == Fault::kStops) return KATO_FATAL;
      take(line, input.base_offset_bytes + consumed, known, out);
      consumed = newline + 1;
    }
  }

  [[nodiscard]] sdk::SavedState save() const override {
    sdk::SavedState saved;
    saved.blob = the_fault == Fault::kForgets ? "" : last_;
    return saved;
  }

 private:
  void take(std::string_view line, uint64_t offset, bool known, sdk::Emitter& out) {
    const bool after_unknown = was_unknown_;
    was_unknown_ = !known;
    const auto text = text_of(line);
    sdk::Draft draft;
    draft.kind = known && !text.empty() ? KATO_ASSISTANT_MESSAGE : KATO_PROVIDER_RAW;
    if (after_unknown && the_fault == Fault::kSpoilsTheNext) draft.kind = KATO_PROVIDER_RAW;
    const auto key = std::to_string(offset);
    draft.record_key = key;
    draft.part_key = "text";
    draft.record_offset_bytes = offset;
    draft.record_length_bytes = line.size();
    draft.raw_type = "line";
    const std::string said(text == "again" ? std::string_view(last_) : text);
    draft.text = said;
    const bool lost = after_unknown && the_fault == Fault::kLosesTheNext;
    if (!lost) out.draft(draft);
    last_ = text;
    const bool is_raw = draft.kind == KATO_PROVIDER_RAW;
    out.record({.outcome = lost     ? KATO_RECORD_IGNORED
                           : is_raw ? KATO_RECORD_RAW
                                    : KATO_RECORD_MAPPED,
                .offset_bytes = offset,
                .length_bytes = line.size(),
                .type = "line",
                .reason = lost ? "lost" : ""});
  }

  // New fields come first; what is known is the last one.
  static std::string_view text_of(std::string_view line) {
    constexpr std::string_view kName = R"("text":")";
    const size_t name =
        the_fault == Fault::kReadsUnknownFields ? line.find(kName) : line.rfind(kName);
    if (name == std::string_view::npos) return {};
    const auto rest = line.substr(name + kName.size());
    return rest.substr(0, rest.find('"'));
  }

  std::string last_;
  bool was_unknown_ = false;
};

class SayProvider final : public sdk::Provider {
 public:
  [[nodiscard]] const kato_source_description& sources(std::string_view) const override {
    static constexpr kato_source_description kDescription{
        sizeof(kato_source_description), 0, nullptr, 0, nullptr, 0};
    return kDescription;
  }
  [[nodiscard]] sdk::Probe probe(const sdk::Host&, const kato_probe_input&) const override {
    sdk::Probe probe{KATO_PROBE_MINE, {}};
    probe.identity.provider_session_id = "s1";
    return probe;
  }
  [[nodiscard]] std::unique_ptr<sdk::Decoder> open(const sdk::Host&,
                                                   const kato_open_input& input) const override {
    if (input.state == nullptr) return std::make_unique<SayDecoder>("");
    return std::make_unique<SayDecoder>(std::string(sdk::view(input.state->blob)));
  }
};

LawReport report_with(Fault fault) {
  the_fault = fault;
  ProviderLawInput input;
  input.name = "sayings";
  input.source.path = "a.log";
  for (const auto* text : {"one", "two", "again", "three", "four", "five"}) {
    input.source.bytes += std::string(R"({"type":"say","text":")") + text + "\"}\n";
  }
  input.drifts = 300;
  LawReport report(input.name);
  check_drift(report, sdk::ProviderTable<SayProvider>::kApi, input);
  the_fault = Fault::kNone;
  return report;
}

}  // namespace

TEST_CASE("a provider that a changed record does not disturb is left in peace", "[abi]") {
  const auto report = report_with(Fault::kNone);
  INFO(report.text());
  CHECK(report.ok());
  CHECK(report.runs() >= 300);
}

TEST_CASE("a provider that a changed record disturbs is told where", "[abi]") {
  const auto [fault, law, words] = GENERATE(table<Fault, std::string, std::string>({
      {Fault::kLosesTheNext, "drift, neighbours", "no longer said: assistant.message"},
      {Fault::kSpoilsTheNext, "drift, neighbours", "was mapped and is raw"},
      {Fault::kReadsUnknownFields, "drift, unknown fields", "something else is said"},
      {Fault::kStops, "drift, totality", "decode returned KATO_FATAL"},
      {Fault::kForgets, "drift, split invariance", "against"},
  }));
  INFO("fault " << static_cast<int>(fault));
  const auto report = report_with(fault);
  const auto text = report.text();
  INFO(text);
  CHECK_FALSE(report.ok());
  CHECK(text.find(law) != std::string::npos);
  CHECK(text.find(words) != std::string::npos);
}

TEST_CASE("a changed record stays a JSON object, and changes are not all alike", "[abi]") {
  const std::string record =
      R"({"type":"a","n":1.5, "list" : [1,{"role":"b"},"x\"}"],"empty":{},"text":"{[\\"})";
  CHECK(object_in(" \n" + record + ",{}") == record);
  CHECK(object_in("no object").empty());
  CHECK(object_in(R"({"cut":[1)").empty());
  Seeded random(1);
  for (int i = 0; i < 7; ++i) {
    const auto change = static_cast<RecordChange>(i);
    INFO(change_text(change));
    std::string last = record;
    size_t different = 0;
    for (int k = 0; k < 50; ++k) {
      const auto changed = change_record(record, change, random);
      CHECK(object_in(changed) == changed);
      different += changed == record || changed == last ? 0 : 1;
      last = changed;
    }
    CHECK(different > 10);
  }
}
