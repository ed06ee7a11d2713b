// A law that nobody can break is none: providers and sinks with one fault each, and what is said.
#include <cstdio>
#include <kato/provider.hpp>
#include <kato/sink.hpp>
#include <kato/testkit/provider_laws.hpp>
#include <kato/testkit/sink_laws.hpp>
#include <string>

#include "tests/support/catch.h"

using namespace kato::testkit;
namespace sdk = kato::sdk;

namespace {

enum class Fault {
  kNone,
  kForgetsCount,
  kRemembersRuns,
  kSkipsBlank,
  kSavesText,
  kTakesHalfLines,
  kCallsMappedWhatIsIgnored,
  kOneKeyForAll,
  kForgetsHeld,
  kFailsOnDamage,
  kLeavesTheLastLine,
  kLosesWhenCancelled,
  kSaysOtherwiseWhenAskedTwice,

  kNamesNoReason,
};
Fault the_fault = Fault::kNone;
int runs_so_far = 0;

bool is(Fault fault) {
  return the_fault == fault;
}

// Each line is a message; "hold" is held until the next line.
class LineDecoder final : public sdk::Decoder {
 public:
  explicit LineDecoder(uint64_t count) : count_(count) { ++runs_so_far; }

  kato_status decode(const sdk::Host& host, const kato_decode_input& input, sdk::Emitter& out,
                     uint64_t& consumed) override {
    const auto bytes = sdk::view(input.bytes);
    const bool is_final = input.flags != 0;
    while (consumed < bytes.size()) {
      const size_t newline = bytes.find('\n', consumed);
      const bool is_whole = newline != std::string_view::npos;
      if (!is_whole && !is_final && !is(Fault::kTakesHalfLines)) break;
      if (!is_whole && is(Fault::kLeavesTheLastLine)) break;
      const size_t end = is_whole ? newline + 1 : bytes.size();
      const auto line = bytes.substr(consumed, end - consumed);
      if (host.cancelled()) {
        if (is(Fault::kLosesWhenCancelled)) ++count_;
        return KATO_CANCELLED;
      }
      if (is(Fault::kFailsOnDamage) && line.find('\0') != std::string_view::npos) return KATO_FATAL;
      take(host, line, input.base_offset_bytes + consumed, out);
      consumed = end;
    }
    return KATO_OK;
  }

  [[nodiscard]] sdk::SavedState save() const override {
    sdk::SavedState saved;
    saved.blob = std::to_string(is(Fault::kForgetsCount) ? 0 : count_);
    if (held_.length_bytes > 0 && !is(Fault::kForgetsHeld)) saved.held.push_back({"held", held_});
    saved.blob += "/" + std::to_string(held_.offset_bytes) + "/" +
                  std::to_string(held_.length_bytes) + "/" + std::to_string(held_.hash);
    if (is(Fault::kSavesText)) saved.blob += " " + last_text_;
    return saved;
  }

  kato_range held_{};

 private:
  void take(const sdk::Host& host, std::string_view line, uint64_t offset, sdk::Emitter& out) {
    if (held_.length_bytes > 0) release(out);
    sdk::Record record{.outcome = KATO_RECORD_MAPPED,
                       .offset_bytes = offset,
                       .length_bytes = line.size(),
                       .type = "line"};
    if (line == "\n") {
      if (is(Fault::kSkipsBlank)) return;
      record.outcome = KATO_RECORD_IGNORED;
      if (!is(Fault::kNamesNoReason)) record.reason = "blank";
      if (is(Fault::kCallsMappedWhatIsIgnored)) record.outcome = KATO_RECORD_MAPPED;
    } else if (line == "hold\n") {
      record.outcome = KATO_RECORD_HELD;
      held_ = {offset, line.size(), host.hash(line)};
    } else {
      emit(line, offset, out);
    }
    out.record(record);
  }

  void release(sdk::Emitter& out) {
    out.record({.outcome = KATO_RECORD_IGNORED,
                .offset_bytes = held_.offset_bytes,
                .length_bytes = held_.length_bytes,
                .type = "line",
                .reason = "released"});
    held_ = {};
  }

  void emit(std::string_view line, uint64_t offset, sdk::Emitter& out) {
    last_text_ = line;
    uint64_t number = count_++;
    if (is(Fault::kRemembersRuns)) number += static_cast<uint64_t>(runs_so_far) * 1000;
    const auto key = "line/" + std::to_string(is(Fault::kOneKeyForAll) ? 0 : number);
    sdk::Draft draft;
    draft.kind = KATO_USER_MESSAGE;
    draft.record_key = key;
    draft.part_key = "text";
    draft.record_offset_bytes = offset;
    draft.record_length_bytes = line.size();
    draft.text = line;
    out.draft(draft);
  }

  uint64_t count_;
  std::string last_text_;
};

class LineProvider final : public sdk::Provider {
 public:
  [[nodiscard]] const kato_source_description& sources(std::string_view) const override {
    static constexpr kato_source_description kDescription{
        sizeof(kato_source_description), 0, nullptr, 0, nullptr, 0};
    return kDescription;
  }
  [[nodiscard]] sdk::Probe probe(const sdk::Host&, const kato_probe_input&) const override {
    static int asked = 0;
    sdk::Probe probe{KATO_PROBE_MINE, {}};
    probe.identity.provider_session_id =
        is(Fault::kSaysOtherwiseWhenAskedTwice) ? std::to_string(++asked) : "s1";
    return probe;
  }
  [[nodiscard]] std::unique_ptr<sdk::Decoder> open(const sdk::Host&,
                                                   const kato_open_input& input) const override {
    if (input.state == nullptr) return std::make_unique<LineDecoder>(0);
    const auto state = std::string(sdk::view(input.state->blob));
    uint64_t count = 0;
    kato_range held{};
    const bool fits = input.state->version == 1 &&
                      std::sscanf(state.c_str(), "%lu/%lu/%lu/%lu", &count, &held.offset_bytes,
                                  &held.length_bytes, &held.hash) == 4;
    if (!fits) return nullptr;
    auto decoder = std::make_unique<LineDecoder>(count);
    decoder->held_ = held;
    return decoder;
  }
};

LawReport report_with(Fault fault) {
  the_fault = fault;
  ProviderLawInput input;
  input.name = "lines";
  input.source.path = "a.log";
  input.source.bytes =
      "The first line is long enough to be private\n\nhold\nsecond\nthird\n\nhold\nlast";
  input.mutants = 1000;
  const auto report = check_provider_laws(sdk::ProviderTable<LineProvider>::kApi, input);
  the_fault = Fault::kNone;
  return report;
}

// ---- a sink ----

enum class SinkFault { kNone, kForgetsSpeaker, kShowsUnknown, kGrowsHead };
SinkFault the_sink_fault = SinkFault::kNone;

class LineSink final : public sdk::RenderSink {
 public:
  static constexpr uint32_t kFlags = 0;
  static constexpr std::string_view kFileExtension = "txt";
  static constexpr std::string_view kMediaType = "text/plain";

  static std::unique_ptr<sdk::RenderSink> open(const sdk::Host&,
                                               const kato_sink_open_input& input) {
    auto sink = std::make_unique<LineSink>();
    if (input.state != nullptr) sink->speaker_ = sdk::view(input.state->blob);
    return sink;
  }
  void begin(sdk::BytesWriter& out) override { out.write("head\n"); }
  void append(const kato_event& event, sdk::BytesWriter& out) override {
    if (event.kind > KATO_PROVIDER_RAW && the_sink_fault != SinkFault::kShowsUnknown) return;
    const auto speaker = std::to_string(event.kind);
    if (speaker != speaker_) out.write("# " + speaker + "\n");
    speaker_ = speaker;
    out.write(std::string(sdk::view(event.payload->text)) + "\n");
  }
  uint64_t refresh_head(std::string_view existing, sdk::BytesWriter& out) override {
    if (the_sink_fault != SinkFault::kGrowsHead || !existing.starts_with("head")) return 0;
    out.write("head and more\n");
    return 4;
  }
  [[nodiscard]] sdk::SinkState save() const override {
    return {1, the_sink_fault == SinkFault::kForgetsSpeaker ? "" : speaker_};
  }

 private:
  std::string speaker_;
};

LawReport report_with(SinkFault fault) {
  the_sink_fault = fault;
  SinkLawInput input;
  input.name = "lines";
  input.events = sample_events(3, 60);
  const auto report = check_sink_laws(sdk::RenderSinkTable<LineSink>::kApi, input);
  the_sink_fault = SinkFault::kNone;
  return report;
}

}  // namespace

TEST_CASE("a provider that keeps the laws is left in peace", "[abi]") {
  const auto report = report_with(Fault::kNone);
  INFO(report.text());
  CHECK(report.ok());
}

TEST_CASE("a provider that breaks a law is told which, and where", "[abi]") {
  const auto [fault, law, words] = GENERATE(table<Fault, std::string, std::string>({
      {Fault::kForgetsCount, "split invariance", "after each record: draft 1:"},
      {Fault::kRemembersRuns, "determinism", "a second time: draft 0:"},
      {Fault::kSkipsBlank, "full account", "the next record begins at 44"},
      {Fault::kSavesText, "full account", "the state holds text of the conversation: The first"},
      {Fault::kTakesHalfLines, "split invariance", "pieces that end anywhere"},
      {Fault::kCallsMappedWhatIsIgnored, "outcomes", "mapped, but gave no draft"},
      {Fault::kOneKeyForAll, "keys", "two drafts of one key differ"},
      {Fault::kForgetsHeld, "full account", "save holds back 0 records, but 1 were reported"},
      {Fault::kFailsOnDamage, "totality", "decode returned KATO_FATAL"},
      {Fault::kLeavesTheLastLine, "full account", "4 bytes were left over"},
      {Fault::kLosesWhenCancelled, "interruptions", "cancelled at the question"},
      {Fault::kSaysOtherwiseWhenAskedTwice, "determinism", "probe:"},
      {Fault::kNamesNoReason, "full account", "no reason is given"},
  }));
  INFO("fault " << static_cast<int>(fault));
  const auto report = report_with(fault);
  const auto text = report.text();
  INFO(text);
  CHECK_FALSE(report.ok());
  CHECK(text.find(law) != std::string::npos);
  CHECK(text.find(words) != std::string::npos);
}

TEST_CASE("a sink that keeps the laws is left in peace", "[abi]") {
  const auto report = report_with(SinkFault::kNone);
  INFO(report.text());
  CHECK(report.ok());
}

TEST_CASE("a sink that breaks a law is told which, and where", "[abi]") {
  const auto [fault, law] = GENERATE(table<SinkFault, std::string>({
      {SinkFault::kForgetsSpeaker, "split invariance"},
      {SinkFault::kShowsUnknown, "tolerance"},
      {SinkFault::kGrowsHead, "heads"},
  }));
  INFO("fault " << static_cast<int>(fault));
  const auto report = report_with(fault);
  const auto text = report.text();
  INFO(text);
  CHECK_FALSE(report.ok());
  CHECK(text.find(law) != std::string::npos);
}
