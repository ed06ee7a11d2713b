#include "host/ingest/session_ingest.h"

#include <algorithm>

#include "host/ingest/decode_session.h"
#include "host/ingest/meta_making.h"
#include "host/ingest/realignment.h"
#include "host/ingest/source_place.h"
#include "host/ingest/step_account.h"

namespace kato {
namespace {

// What is packed is unpacked from its beginning at each step.
constexpr size_t kPackedStepBytes = size_t{8} << 20;

size_t whole_step(const SessionSource& source, uint64_t most_bytes = UINT64_MAX) {
  return source.file.rule().packing == Packing::kNone
             ? std::min<uint64_t>(SourceDecoding::kDefaultStepBytes, most_bytes)
             : kPackedStepBytes;
}

// What is backfill and what is live are never in one step.
size_t step_size(const SessionSource& source, const Arrival& arrival, uint64_t cursor) {
  const bool is_live = cursor >= arrival.live_from_bytes;
  const uint64_t end =
      is_live ? arrival.until_bytes : std::min(arrival.live_from_bytes, arrival.until_bytes);
  return std::min<uint64_t>(whole_step(source, arrival.most_bytes), end - std::min(cursor, end));
}

void note_stretch(std::vector<SourceStretch>& interleaving, size_t index, uint64_t cursor) {
  const auto source = static_cast<uint32_t>(index);
  if (interleaving.empty() || interleaving.back().source != source) {
    interleaving.push_back({.source = source, .end = cursor});
  } else {
    interleaving.back().end = cursor;
  }
}

}  // namespace

Result<IngestStep> SessionIngest::step(size_t index, const SessionSource& source,
                                       const Arrival& arrival, SourceBuffer& buffer) {
  SourceMeta& meta = meta_.sources[index];
  const auto& version = source.file.root->provider->identity().version;
  if (meta.standing == SourceStanding::kQuarantined && meta.plugin_version == version) {
    return IngestStep{.end = StepEnd::kQuarantine};
  }
  const SourceRule& rule = source.file.root->rules.rule(source.file.pattern);
  auto reader = SourceReader::open(files_, source.file.path, rule.packing, buffer,
                                   source.file.root->policy.limits);
  if (!reader && reader.error().code() == ErrorCode::kNotFound) {
    meta.standing = SourceStanding::kMissing;
    decoders_.erase(index);
    return IngestStep{.end = StepEnd::kEndOfInput};
  }
  if (!reader) return forward(reader);
  meta.standing = SourceStanding::kActive;
  meta.standing_reason.clear();
  const auto in_place = is_in_place(index, source, *reader);
  if (!in_place) return forward(in_place, source.file.path);
  if (!*in_place && !reader->is_shrinking()) {
    if (auto begun = begin_anew(index, source, arrival, *reader); !begun) return forward(begun);
    if (!reader->is_shrinking()) return IngestStep{.realigned = true};
  }
  if (reader->is_shrinking()) return read_again(meta);
  Arrival came = arrival;
  if (const auto anew = live_from_.find(index); anew != live_from_.end()) {
    came.live_from_bytes = anew->second;
  }
  return read_on(index, source, came, *reader);
}

// Until it is read it counts as changed.
IngestStep SessionIngest::read_again(SourceMeta& meta) {
  meta.mtime_ns = 0;
  return {.end = StepEnd::kShrinking};
}

// A document is decoded whole whenever it changed, and aligned while it is.
Result<bool> SessionIngest::is_in_place(size_t index, const SessionSource& source,
                                        SourceReader& reader) const {
  const SourceMeta& meta = meta_.sources[index];
  const auto& rule = source.file.rule();
  if (rule.growth == Growth::kDocument) return true;
  if (meta.alignment.due) return false;
  const auto compared = stands_as_compared(meta, reader);
  if (!compared || !*compared) return compared;
  const bool goes_on = decoders_.contains(index) && rule.packing == Packing::kNone;
  return stands_at_cursor(meta, goes_on ? PlaceCheck::kEnds : PlaceCheck::kRecord, reader);
}

Result<IngestStep> SessionIngest::read_on(size_t index, const SessionSource& source,
                                          const Arrival& arrival, SourceReader& reader) {
  SourceMeta& meta = meta_.sources[index];
  const auto growth = source.file.rule().growth;
  if (growth == Growth::kDocument && is_as_read(meta, reader.info())) {
    return IngestStep{.end = StepEnd::kEndOfInput};
  }
  meta.alignment.due = false;
  // Of a document it is known again once it is aligned; what a killed run left has been taken over.
  if (growth == Growth::kDocument) meta.alignment.quiet_until_bytes = 0;
  SessionSummary summary;
  summary.add_hint(source.identity.title_hint);
  StepAccount account(meta_.ledger, meta, growth == Growth::kDocument);
  const SessionRef ref{meta_.identity.provider, meta_.identity.provider_session_id,
                       meta_.identity.session_id};
  EventPipeline pipeline(ref, known_, meta_.next_seq, summary, events_, &account);
  pipeline.set_keep_raw(source.file.root->policy.keep_raw);
  pipeline.sequencer().set_restates(source.file.rule().restates);
  pipeline.sequencer().set_unfinished(&meta_.unfinished_message);
  auto slot = decoder_at_cursor(index, source, reader, pipeline);
  if (!slot) return forward(slot);
  (*slot)->reader = &reader;
  const uint64_t cursor = (*slot)->at;
  if (cursor >= arrival.live_from_bytes) pipeline.sequencer().set_capture_time(arrival.now);
  prepare(pipeline, index, source, **slot);
  const uint64_t known_count = known_.order() != nullptr ? known_.order()->size() : 0;
  Retelling retelling({.meta = meta_,
                       .source = index,
                       .is_document = growth == Growth::kDocument,
                       .plugin_version = source.file.root->provider->identity().version,
                       .known_count = known_count});
  pipeline.set_retelling(&retelling);

  SourceDecoding decoding(reader, *(*slot)->decoder, growth, step_size(source, arrival, cursor));
  decoding.set_knows_last((*slot)->document.knows_last());
  decoding.set_until(arrival.until_bytes);
  const auto step = decoding.step(cursor, false, pipeline);
  if (!step) return forward(step, source.file.path);
  if (!pipeline.status()) return forward(pipeline.status());
  if (step->end == StepEnd::kShrinking) {
    (*slot)->reader = nullptr;
    return read_again(meta);
  }
  meta_.next_seq = pipeline.sequencer().next_seq();
  if (growth != Growth::kDocument || step->end == StepEnd::kEndOfInput) {
    const bool was_silent = cursor == 0 || meta.alignment.was_silent;
    meta.alignment.was_silent = was_silent && !pipeline.sequencer().said_anything();
  }
  if (step->end == StepEnd::kEndOfInput && pipeline.sequencer().said_anything()) {
    retelling.end_document();
  }
  if (auto kept = keep_state(index, source, **slot, *step); !kept) return forward(kept);
  forget_what_was_compared(meta);
  keep_summary(meta_, summary);
  meta.id = reader.info().id;
  meta.size_bytes = reader.info().size_bytes;
  // Until all of it is read it counts as changed.
  meta.mtime_ns = is_read(step->end) ? reader.info().mtime_ns : 0;
  (*slot)->reader = nullptr;
  return IngestStep{.end = step->end,
                    .read_bytes = step->cursor - std::min(step->cursor, cursor),
                    .former_events = retelling.former_events(),
                    .new_contents = std::move(retelling).take_new_contents(),
                    .states_gone = pipeline.sequencer().states_gone()};
}

// What the sequencer and the pipeline must know of the source.
void SessionIngest::prepare(EventPipeline& pipeline, size_t index, const SessionSource& source,
                            OpenDecoder& slot) {
  pipeline.sequencer().set_alignment(&meta_.sources[index].alignment);
  if (source.file.rule().growth == Growth::kDocument) {
    pipeline.begin_document(source.file.rule().may_copy_history ? nullptr : &slot.document);
  }
  if (!source.file.rule().may_copy_history) return;
  const auto copies = copies_.try_emplace(index, support_.origins, meta_, index);
  const bool is_context = meta_.identity.parentage == SessionParentage::kSpawned;
  pipeline.set_copies(&copies.first->second, is_context ? CopyUse::kContext : CopyUse::kInherited);
}

// What was read of the source is no longer there: what it says now is compared with what is known.
// Nothing changes if it is shrinking.
Status SessionIngest::begin_anew(size_t index, const SessionSource& source, const Arrival& arrival,
                                 SourceReader& reader) {
  SourceMeta& meta = meta_.sources[index];
  decoders_.erase(index);
  if (auto wanted = known_.want_order(); !wanted) return wanted;
  OpenDecoder probe{.decoder = nullptr, .at = 0, .reader = &reader};
  auto decoder = open(source, nullptr, probe);
  if (!decoder) return forward(decoder);
  SourceDecoding decoding(reader, **decoder, source.file.rule().growth, whole_step(source));
  auto found = realign(decoding, meta_.identity.session_id, known_, meta.held);
  if (!found) return forward(found, source.file.path);
  if (reader.is_shrinking()) return {};

  // Of what is packed only what stands behind the cursor came to a file that was watched.
  const bool is_packed = source.file.rule().packing != Packing::kNone;
  const bool watched = !is_packed && (read_to_end_.contains(index) || arrival.live_from_bytes == 0);
  if (meta.alignment.was_silent) found->alignment.quiet_until_bytes = 0;
  const bool is_foreign = found->alignment.quiet_until_bytes > 0;
  live_from_[index] = watched && !is_foreign ? 0 : found->end_bytes;
  for (const auto& held : meta.held) {
    meta_.ledger.release(held.length_bytes);
  }
  for (const auto& lost : found->lost) {
    meta_.ledger.add("", LedgerOutcome::kLost, "source-gone", lost.length_bytes);
  }
  const bool had_more = meta.alignment.history_gone || meta.cursor.value > 0;
  // It may have to be compared once more before anything of it is read.
  found->alignment.was_silent = meta.alignment.was_silent;
  meta.cursor = {};
  meta.anchor.reset();
  meta.decoder.reset();
  meta.held.clear();
  meta.head_length_bytes = 0;
  meta.mtime_ns = 0;
  meta.alignment = found->alignment;
  meta.alignment.history_gone = had_more;
  std::erase_if(meta_.interleaving,
                [index](const SourceStretch& stretch) { return stretch.source == index; });
  return {};
}

void SessionIngest::keep_document(DocumentMemory& document, StepEnd end) const {
  if (end == StepEnd::kRetryLater) return;  // the decoder has taken nothing
  if (end == StepEnd::kEndOfInput && known_.order() != nullptr) {
    document.keep(*known_.order());
  } else {
    document.forget();
  }
}

Status SessionIngest::keep_state(size_t index, const SessionSource& source, OpenDecoder& slot,
                                 const StepOutcome& outcome) {
  const auto saved = slot.decoder->save();
  if (!saved) return forward(saved, source.file.path);
  SourceMeta& meta = meta_.sources[index];
  meta.cursor = {.kind = CursorKind::kByteOffset, .value = outcome.cursor, .opaque = {}};
  meta.plugin_version = source.file.root->provider->identity().version;
  meta.decoder = SavedBlob{.version = saved->state.version, .bytes = saved->state.blob};
  meta.held.clear();
  for (const auto& held : saved->held) {
    meta.held.push_back({.key = held.key,
                         .offset_bytes = held.offset_bytes,
                         .length_bytes = held.length_bytes,
                         .hash = held.hash});
  }
  if (outcome.end == StepEnd::kQuarantine) {
    meta.standing = SourceStanding::kQuarantined;
    meta.standing_reason = "its provider can make nothing more of it";
  }
  if (outcome.end == StepEnd::kEndOfInput) read_to_end_.insert(index);
  slot.at = outcome.cursor;
  if (source.file.rule().growth == Growth::kDocument) keep_document(slot.document, outcome.end);
  note_stretch(meta_.interleaving, index, outcome.cursor);
  return {};
}

}  // namespace kato
