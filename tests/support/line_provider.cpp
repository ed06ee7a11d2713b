#include "tests/support/line_provider.h"

#include <algorithm>
#include <cctype>

#include "host/base/hash.h"

#include "tests/support/checked_decoder.h"

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

// Its state is the number of lines it has seen, so that a wrong state shows in the cursors, and the
// records that it holds back.
class LineDecoder final : public Decoder {
 public:
  LineDecoder(const LineProviderTraits& traits, ReadBack read_back, const StateBlob* state)
      : traits_(traits), read_back_(std::move(read_back)) {
    if (state == nullptr) return;
    std::string_view rest = state->blob;
    lines_ = std::stoull(std::string(take_word(rest)));
    while (!rest.empty()) {
      HeldRecord held;
      held.key = take_word(rest);
      held.offset_bytes = std::stoull(std::string(take_word(rest)));
      held.length_bytes = std::stoull(std::string(take_word(rest)));
      held.hash = std::stoull(std::string(take_word(rest)));
      held_.push_back(held);
    }
  }

  Result<DecodeOutcome> decode(const DecodeRequest& request, DecodeListener& listener) override {
    uint64_t consumed = 0;
    bool unchanged = request.knows_last;
    while (true) {
      const auto rest = request.bytes.substr(consumed);
      const auto end = rest.find('\n');
      if (end == std::string_view::npos) break;
      const auto line = rest.substr(0, end + 1);
      const uint64_t offset = request.base_offset_bytes + consumed;
      unchanged = unchanged && std::string_view(last_).substr(consumed).starts_with(line);
      if (unchanged) {
        listener.on_record({.outcome = RecordOutcome::kUnchanged,
                            .offset_bytes = offset,
                            .length_bytes = line.size(),
                            .type = {},
                            .reason = {},
                            .key = {}});
      } else {
        take_line(line, offset, listener);
      }
      consumed += end + 1;
    }
    last_ = request.bytes;
    return DecodeOutcome{.verdict = DecodeVerdict::kOk, .consumed_bytes = consumed};
  }

  Result<SavedDecoder> save() override {
    std::string blob = std::to_string(lines_);
    for (const auto& held : held_) {
      blob += " " + held.key + " " + std::to_string(held.offset_bytes) + " " +
              std::to_string(held.length_bytes) + " " + std::to_string(held.hash);
    }
    return SavedDecoder{.state = {.version = traits_.state_version, .blob = blob}, .held = held_};
  }

 private:
  // line: with its end.
  void take_line(std::string_view line, uint64_t offset, DecodeListener& listener) {
    ++lines_;
    auto rest = line.substr(0, line.size() - 1);
    const auto word = take_word(rest);
    if (word == "hold") {
      const auto key = take_word(rest);
      held_.push_back({std::string(key), offset, line.size(), hash64(line)});
      return listener.on_record({.outcome = RecordOutcome::kHeld,
                                 .offset_bytes = offset,
                                 .length_bytes = line.size(),
                                 .type = word,
                                 .reason = {},
                                 .key = key});
    }
    if (word == "release") {
      release(take_word(rest), listener);
      return listener.on_record({.outcome = RecordOutcome::kIgnored,
                                 .offset_bytes = offset,
                                 .length_bytes = line.size(),
                                 .type = word,
                                 .reason = "released",
                                 .key = {}});
    }
    say(line, offset, listener);
  }

  [[nodiscard]] std::string told(std::string_view words) const {
    auto text = with_line_breaks(words);
    if (traits_.shouts) std::ranges::transform(text, text.begin(), ::toupper);
    return text;
  }

  void release(std::string_view key, DecodeListener& listener) {
    const auto found = std::ranges::find(held_, key, &HeldRecord::key);
    if (found == held_.end()) return;
    const HeldRecord held = std::move(*found);
    held_.erase(found);
    const auto bytes = read_back_(held);
    if (bytes && *bytes) return say(**bytes, held.offset_bytes, listener);
    listener.on_record({.outcome = RecordOutcome::kIgnored,
                        .offset_bytes = held.offset_bytes,
                        .length_bytes = held.length_bytes,
                        .type = "hold",
                        .reason = "lost: source-gone",
                        .key = key});
  }

  void say(std::string_view line, uint64_t offset, DecodeListener& listener) {
    auto rest = line.substr(0, line.size() - 1);
    const auto whole = rest;
    Draft draft;
    draft.record_offset_bytes = offset;
    draft.record_length_bytes = line.size();
    draft.part_key = "text/0";
    draft.body.cursor.value = offset;
    auto word = take_word(rest);
    if (word == "at") {
      draft.body.provider_timestamp = take_word(rest);
      word = take_word(rest);
    }
    if (word == "relisted") {
      draft.relisted = true;
      word = take_word(rest);
    }
    draft.body.provider_event_type = word;
    draft.body.inherited = word == "copy";
    draft.relisted = draft.relisted || word == "again";
    const bool is_user = word == "user" || word == "copy" || word == "again" || word == "hold";
    draft.revisable = word == "draft";
    const bool is_note = traits_.knows_notes && word == "note";
    const bool is_known = is_user || is_note || word == "assistant" || word == "draft";
    draft.record_key = is_known ? take_word(rest) : whole;
    const auto more = draft.revisable ? rest.find(" || ") : std::string_view::npos;
    auto text = told(draft.revisable ? rest.substr(0, std::min(more, rest.find(" | "))) : rest);
    draft.body.payload.text = text;
    if (!is_known) draft.body.payload.raw_type = word;
    draft.body.kind = is_user    ? EventKind::kUserMessage
                      : is_known ? EventKind::kAssistantMessage
                                 : EventKind::kProviderRaw;
    if (!draft.record_key.empty()) listener.on_draft(draft);
    if (more != std::string_view::npos) {
      text = told(rest.substr(more + 4));
      draft.body.payload.text = text;
      draft.part_key = "text/1";
      listener.on_draft(draft);
    }
    listener.on_record({.outcome = is_known ? RecordOutcome::kMapped : RecordOutcome::kRaw,
                        .offset_bytes = offset,
                        .length_bytes = line.size(),
                        .type = word,
                        .reason = {},
                        .key = draft.record_key});
  }

  const LineProviderTraits& traits_;
  ReadBack read_back_;
  uint64_t lines_ = 0;
  std::vector<HeldRecord> held_;
  std::string last_;  // what was decoded last: of a document all of it
};

class LineProvider final : public Provider {
 public:
  explicit LineProvider(LineProviderTraits traits) : traits_(std::move(traits)) {
    identity_.id = "line";
    identity_.version = traits_.version;
  }
  [[nodiscard]] const PluginIdentity& identity() const override { return identity_; }
  [[nodiscard]] const PluginAbout& about() const override { return about_; }
  [[nodiscard]] Result<SourceDescription> describe_sources(std::string_view) const override {
    SourcePattern lines;
    lines.include = "*.log";
    lines.restates = traits_.restates;
    lines.may_copy_history = traits_.may_copy_history;
    lines.duplicates_by_rank = true;
    SourcePattern packed = lines;
    packed.include = "*.log.zst";
    packed.packing = Packing::kZstd;
    SourcePattern document = lines;
    document.include = "*.doc";
    document.growth = Growth::kDocument;
    return SourceDescription{.default_roots = {}, .patterns = {lines, packed, document}};
  }
  [[nodiscard]] Result<ProbeAnswer> probe(const ProbeRequest& request) const override {
    ProbeAnswer answer;
    auto first = request.head.substr(0, request.head.find('\n'));
    if (take_word(first) != "session") return answer;
    answer.verdict = ProbeVerdict::kMine;
    auto& identity = answer.identity;
    identity.provider_session_id = take_word(first);
    while (!first.empty()) {
      const auto trait = take_word(first);
      if (trait == "rank") identity.rank = std::stoll(std::string(take_word(first)));
      if (trait == "continues") identity.relation = SourceRelation::kContinuation;
      if (trait != "parent" && trait != "spawned-by") continue;
      identity.parent_provider_session_id = take_word(first);
      identity.parentage = trait == "parent" ? Parentage::kForked : Parentage::kSpawned;
    }
    return answer;
  }
  [[nodiscard]] Result<std::unique_ptr<Decoder>> open(OpenDecoderRequest request) const override {
    if (request.state != nullptr && request.state->version != traits_.state_version) {
      return fail(ErrorCode::kUnsupported, "a state of another version");
    }
    return make_checked_decoder(
        std::make_unique<LineDecoder>(traits_, std::move(request.read_back), request.state),
        request.held);
  }

 private:
  LineProviderTraits traits_;
  PluginIdentity identity_;
  PluginAbout about_;
};

}  // namespace

std::unique_ptr<Provider> make_line_provider(LineProviderTraits traits) {
  return std::make_unique<LineProvider>(std::move(traits));
}

Root line_root(const Provider& provider, const std::string& folder) {
  return *make_root(provider, folder, "", {});
}

}  // namespace kato::test
