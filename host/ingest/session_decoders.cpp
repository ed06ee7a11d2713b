// The decoders of a session's sources, and how they come to stand at the cursor: part of
// SessionIngest.
#include <algorithm>

#include "host/ingest/decode_session.h"
#include "host/ingest/session_ingest.h"

namespace kato {
namespace {

// Bytes that were decoded before, for the decoder's state alone. Only what was held back then is
// still wanted.
class OnlyHeld final : public StepListener {
 public:
  OnlyHeld(EventPipeline& pipeline, const std::vector<HeldRange>& held) : pipeline_(pipeline) {
    for (const auto& range : held) {
      held_.insert(range.offset_bytes);
    }
  }
  void on_draft(const Draft& draft) override {
    if (held_.contains(draft.record_offset_bytes)) pipeline_.on_draft(draft);
  }
  void on_record(const RecordReport& record) override {
    const bool decided = record.outcome != RecordOutcome::kHeld;
    if (decided && held_.contains(record.offset_bytes)) pipeline_.on_record(record);
  }
  void on_facts(std::string_view, std::string_view) override {}
  void on_problem(uint64_t, std::string_view) override {}
  void on_step_bytes(std::string_view bytes, uint64_t base_offset_bytes) override {
    pipeline_.on_step_bytes(bytes, base_offset_bytes);
  }
  void on_host_record(HostOutcome, uint64_t, uint64_t) override {}
  void on_step_end() override { pipeline_.on_step_end(); }

 private:
  EventPipeline& pipeline_;
  std::set<uint64_t> held_;  // offsets
};

std::vector<HeldRecord> records_of(const std::vector<HeldRange>& held) {
  std::vector<HeldRecord> records;
  records.reserve(held.size());
  for (const auto& range : held) {
    records.push_back({.key = range.key,
                       .offset_bytes = range.offset_bytes,
                       .length_bytes = range.length_bytes,
                       .hash = range.hash});
  }
  return records;
}

}  // namespace

Result<SessionIngest::OpenDecoder*> SessionIngest::decoder_at_cursor(size_t index,
                                                                     const SessionSource& source,
                                                                     SourceReader& reader,
                                                                     EventPipeline& pipeline) {
  SourceMeta& meta = meta_.sources[index];
  const bool document = source.file.rule().growth == Growth::kDocument;
  const uint64_t cursor = document ? 0 : meta.cursor.value;
  const auto found = decoders_.find(index);
  if (found != decoders_.end()) {
    auto& open = found->second;
    const bool goes_on = document && open.document.knows_last() && open.identity == source.identity;
    if (goes_on) open.at = cursor;
    if (goes_on || (!document && open.at == cursor)) return &open;
  }
  OpenDecoder& slot = decoders_[index];
  slot = OpenDecoder{.decoder = nullptr, .at = cursor, .reader = &reader};
  if (document) slot.identity = source.identity;
  const bool same_plugin = meta.plugin_version == source.file.root->provider->identity().version;
  if (meta.decoder && same_plugin && !document) {
    const SavedDecoder saved{
        .state = {.version = meta.decoder->version, .blob = meta.decoder->bytes},
        .held = records_of(meta.held)};
    auto opened = open(source, &saved, slot);
    if (opened) {
      slot.decoder = std::move(*opened);
      return &slot;
    }
    if (opened.error().code() != ErrorCode::kUnsupported) return forward(opened);
  }
  auto fresh = open(source, nullptr, slot);
  if (!fresh) return forward(fresh);
  slot.decoder = std::move(*fresh);
  if (cursor > 0) {
    if (auto done = replay(slot, source, meta, reader, pipeline); !done) return forward(done);
  }
  return &slot;
}

Result<std::unique_ptr<Decoder>> SessionIngest::open(const SessionSource& source,
                                                     const SavedDecoder* saved, OpenDecoder& slot) {
  return source.file.root->provider->open(
      {.path = source.file.relative,
       .identity = source.identity,
       .options_json = source.file.root->options_json,
       .companions = source.companions,
       .state = saved == nullptr ? nullptr : &saved->state,
       .read_back = [this, &slot, path = source.file.path](
                        const HeldRecord& held) -> Result<std::optional<std::string>> {
         if (slot.reader != nullptr) {
           auto found = read_back_from(*slot.reader)(held);
           if (!found || *found) return found;
         }
         if (!support_.kept) return std::nullopt;
         return support_.kept(path, held);
       },
       .held = saved == nullptr ? nullptr : &saved->held});
}

// Another version of the plugin made the state: decode up to the cursor again.
Status SessionIngest::replay(OpenDecoder& slot, const SessionSource& source, const SourceMeta& meta,
                             SourceReader& reader, EventPipeline& pipeline) {
  OnlyHeld listener(pipeline, meta.held);
  const uint64_t end_bytes = meta.cursor.value;
  for (uint64_t at = 0; at < end_bytes;) {
    const auto left = std::min<uint64_t>(SourceDecoding::kDefaultStepBytes, end_bytes - at);
    SourceDecoding decoding(reader, *slot.decoder, source.file.rule().growth, left);
    const auto step = decoding.step(at, false, listener);
    if (!step) return forward(step, source.file.path);
    if (step->end == StepEnd::kShrinking) return written_just_now(source.file.path);
    if (step->cursor == at) break;
    at = step->cursor;
  }
  return {};
}

}  // namespace kato
