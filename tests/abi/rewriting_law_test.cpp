// Documents that are rewritten: providers with one fault each, and what is said.
#include <kato/provider.hpp>
#include <kato/testkit/provider_laws.hpp>
#include <string>
#include <vector>

#include "tests/support/catch.h"

using namespace kato::testkit;
namespace sdk = kato::sdk;

namespace {

enum class Fault {
  kNone,
  kRemembersTheLastOne,
  kTakesLengthForSameness,
  kSaysItUnasked,
  kSaysItWithADraft,
  kCountsOnlyWhatItSays,
};
Fault the_fault = Fault::kNone;

// A document is a list of lines, the last of which is "end". Each line is a message that says how
// many letters came before it.
class ListDecoder final : public sdk::Decoder {
 public:
  kato_status decode(const sdk::Host& /*host*/, const kato_decode_input& input, sdk::Emitter& out,
                     uint64_t& consumed) override {
    const auto document = sdk::view(input.bytes);
    if (!document.ends_with("end\n") && (input.flags & KATO_DECODE_FINAL) == 0) {
      return KATO_RETRY_LATER;
    }
    const bool knows_last = (input.flags & KATO_DECODE_KNOWS_LAST) != 0;
    const auto last = std::exchange(lines_, {});
    if (the_fault != Fault::kRemembersTheLastOne) letters_ = 0;
    bool is_same = knows_last || the_fault == Fault::kSaysItUnasked;
    while (consumed < document.size()) {
      const auto newline = document.find('\n', consumed);
      const size_t end = newline == std::string_view::npos ? document.size() : newline + 1;
      const auto line = document.substr(consumed, end - consumed);
      is_same = is_same && lines_.size() < last.size() && same(last[lines_.size()], line);
      say(line, consumed, is_same, out);
      lines_.emplace_back(line);
      consumed = end;
    }
    return KATO_OK;
  }
  [[nodiscard]] sdk::SavedState save() const override { return {}; }

 private:
  static bool same(std::string_view one, std::string_view other) {
    return the_fault == Fault::kTakesLengthForSameness ? one.size() == other.size() : one == other;
  }

  void say(std::string_view line, uint64_t offset, bool is_same, sdk::Emitter& out) {
    const auto key = std::to_string(lines_.size());
    const auto text = std::to_string(letters_).append(" before ").append(line);
    if (!is_same || the_fault != Fault::kCountsOnlyWhatItSays) letters_ += line.size();
    if (!is_same || the_fault == Fault::kSaysItWithADraft) {
      sdk::Draft draft;
      draft.kind = KATO_USER_MESSAGE;
      draft.record_key = key;
      draft.part_key = "text";
      draft.record_offset_bytes = offset;
      draft.record_length_bytes = line.size();
      draft.text = text;
      out.draft(draft);
    }
    out.record({.outcome = is_same ? KATO_RECORD_UNCHANGED : KATO_RECORD_MAPPED,
                .offset_bytes = offset,
                .length_bytes = line.size(),
                .type = "line"});
  }

  std::vector<std::string> lines_;
  size_t letters_ = 0;
};

class ListProvider final : public sdk::Provider {
 public:
  [[nodiscard]] const kato_source_description& sources(std::string_view) const override {
    static constexpr std::string_view kName = "*.list";
    static const kato_source_pattern kPattern{sizeof(kato_source_pattern),
                                              KATO_GROWTH_DOCUMENT,
                                              KATO_PACKING_NONE,
                                              0,
                                              sdk::str(kName),
                                              nullptr,
                                              0,
                                              nullptr,
                                              0};
    static const kato_source_description kDescription{
        sizeof(kato_source_description), 0, nullptr, 0, &kPattern, 1};
    return kDescription;
  }
  [[nodiscard]] sdk::Probe probe(const sdk::Host&, const kato_probe_input&) const override {
    sdk::Probe probe{KATO_PROBE_MINE, {}};
    probe.identity.provider_session_id = "s1";
    return probe;
  }
  [[nodiscard]] std::unique_ptr<sdk::Decoder> open(const sdk::Host&,
                                                   const kato_open_input&) const override {
    return std::make_unique<ListDecoder>();
  }
};

LawReport report_with(Fault fault) {
  the_fault = fault;
  LawReport report("lists");
  ProviderLawInput input;
  input.name = "lists";
  input.source.path = "a.list";
  input.source.bytes = "first\nsecond\nthird\nfourth\nend\n";
  check_rewritings(report, sdk::ProviderTable<ListProvider>::kApi, input);
  the_fault = Fault::kNone;
  return report;
}

}  // namespace

TEST_CASE("a document that is rewritten may be said in part, to a host that knows the rest",
          "[abi]") {
  const auto report = report_with(Fault::kNone);
  INFO(report.text());
  CHECK(report.ok());
}

TEST_CASE("a provider that says wrongly what is unchanged is told so", "[abi]") {
  const auto [fault, words] = GENERATE(table<Fault, std::string>({
      {Fault::kRemembersTheLastOne, ": draft 0:"},
      {Fault::kTakesLengthForSameness, "its last words being known: draft"},
      {Fault::kSaysItUnasked, "nothing is known of a document before"},
      {Fault::kSaysItWithADraft, "unchanged, but with a draft"},
      {Fault::kCountsOnlyWhatItSays, "its last words being known: draft"},
  }));
  INFO("fault " << static_cast<int>(fault));
  const auto report = report_with(fault);
  const auto text = report.text();
  INFO(text);
  CHECK_FALSE(report.ok());
  CHECK(text.find("rewritings") != std::string::npos);
  CHECK(text.find(words) != std::string::npos);
}
