#include "tests/support/line_provider.h"

#include <algorithm>

namespace kato::test {
namespace {

std::string_view take_word(std::string_view& rest) {
  const auto end = std::min(rest.find(' '), rest.size());
  const auto word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

std::string with_line_breaks(std::string_view text) {
  std::string out(text);
  for (size_t at = out.find("\\n"); at != std::string::npos; at = out.find("\\n")) {
    out.replace(at, 2, "\n");
  }
  return out;
}

// Its state is the number of lines it has seen, so that a wrong state shows in the cursors.
class LineDecoder final : public Decoder {
 public:
  explicit LineDecoder(uint64_t lines) : lines_(lines) {}

  Result<DecodeOutcome> decode(const DecodeRequest& request, DecodeListener& listener) override {
    uint64_t consumed = 0;
    while (true) {
      const auto rest = request.bytes.substr(consumed);
      const auto end = rest.find('\n');
      if (end == std::string_view::npos) break;
      take_line(rest.substr(0, end), request.base_offset_bytes + consumed, listener);
      consumed += end + 1;
    }
    return DecodeOutcome{.verdict = DecodeVerdict::kOk, .consumed_bytes = consumed};
  }

  Result<SavedDecoder> save() override {
    return SavedDecoder{.state = {.version = 1, .blob = std::to_string(lines_)}, .held = {}};
  }

 private:
  void take_line(std::string_view line, uint64_t offset, DecodeListener& listener) {
    ++lines_;
    auto rest = line;
    Draft draft;
    draft.record_offset_bytes = offset;
    draft.record_length_bytes = line.size() + 1;
    draft.part_key = "text/0";
    draft.body.cursor.value = offset;
    auto word = take_word(rest);
    if (word == "at") {
      draft.body.provider_timestamp = take_word(rest);
      word = take_word(rest);
    }
    draft.body.provider_event_type = word;
    draft.body.inherited = word == "copy";
    const bool is_user = word == "user" || word == "copy";
    const bool is_known = is_user || word == "assistant";
    draft.record_key = is_known ? take_word(rest) : line;
    const auto text = with_line_breaks(rest);
    draft.body.payload.text = text;
    draft.body.payload.raw_type = word;
    draft.body.kind = is_user    ? EventKind::kUserMessage
                      : is_known ? EventKind::kAssistantMessage
                                 : EventKind::kProviderRaw;
    if (!draft.record_key.empty()) listener.on_draft(draft);
    listener.on_record({.outcome = is_known ? RecordOutcome::kMapped : RecordOutcome::kRaw,
                        .offset_bytes = offset,
                        .length_bytes = line.size() + 1,
                        .type = word,
                        .reason = {},
                        .key = draft.record_key});
  }

  uint64_t lines_;
};

class LineProvider final : public Provider {
 public:
  LineProvider() {
    identity_.id = "line";
    identity_.version = "1.0.0";
  }
  [[nodiscard]] const PluginIdentity& identity() const override { return identity_; }
  [[nodiscard]] const PluginAbout& about() const override { return about_; }
  [[nodiscard]] Result<SourceDescription> describe_sources(std::string_view) const override {
    SourcePattern pattern;
    pattern.include = "*.log";
    return SourceDescription{.default_roots = {}, .patterns = {pattern}};
  }
  [[nodiscard]] Result<ProbeAnswer> probe(const ProbeRequest& request) const override {
    ProbeAnswer answer;
    auto first = request.head.substr(0, request.head.find('\n'));
    if (take_word(first) != "session") return answer;
    answer.verdict = ProbeVerdict::kMine;
    answer.identity.provider_session_id = first;
    return answer;
  }
  [[nodiscard]] Result<std::unique_ptr<Decoder>> open(OpenDecoderRequest request) const override {
    const uint64_t lines = request.state == nullptr ? 0 : std::stoull(request.state->blob);
    return std::make_unique<LineDecoder>(lines);
  }

 private:
  PluginIdentity identity_;
  PluginAbout about_;
};

}  // namespace

std::unique_ptr<Provider> make_line_provider() {
  return std::make_unique<LineProvider>();
}

Root line_root(const Provider& provider, const std::string& folder) {
  return *make_root(provider, folder, "", {});
}

}  // namespace kato::test
