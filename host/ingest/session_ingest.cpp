#include "host/ingest/session_ingest.h"

#include <algorithm>

#include "host/base/time_text.h"
#include "host/ingest/decode_session.h"
#include "host/ingest/ledger_listener.h"

namespace kato {
namespace {

SourceStamp stamp_of(const SourceMeta& source) {
  return {.id = source.id,
          .size_bytes = source.size_bytes,
          .mtime_ns = source.mtime_ns,
          .head = {.length_bytes = source.head_length_bytes, .hash = source.head_hash}};
}

// Drafts and account of bytes that were decoded before: only the decoder's state is wanted.
class Discarded final : public StepListener {
 public:
  void on_draft(const Draft&) override {}
  void on_record(const RecordReport&) override {}
  void on_facts(std::string_view, std::string_view) override {}
  void on_problem(uint64_t, std::string_view) override {}
  void on_step_bytes(std::string_view, uint64_t) override {}
  void on_host_record(HostOutcome, uint64_t, uint64_t) override {}
};

void widen_times(SessionIdentity& identity, const SessionSummary& summary) {
  const auto earlier = [](std::optional<UnixMillis> one, std::optional<UnixMillis> other) {
    if (!one || !other) return one ? one : other;
    return std::optional(std::min(*one, *other));
  };
  const auto later = [](std::optional<UnixMillis> one, std::optional<UnixMillis> other) {
    return std::max(one, other);  // nothing is less than any time
  };
  identity.first_time = earlier(identity.first_time, summary.first_time);
  identity.last_time = later(identity.last_time, summary.last_time);
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

void stamp(SourceMeta& source, const FileInfo& info, const HeadFingerprint& head) {
  source.id = info.id;
  source.size_bytes = info.size_bytes;
  source.mtime_ns = info.mtime_ns;
  source.head_length_bytes = head.length_bytes;
  source.head_hash = head.hash;
}

SourceMeta make_source_meta(const SessionSource& source) {
  SourceMeta meta;
  meta.path = source.file.path;
  meta.root = source.file.root->path;
  meta.role = static_cast<SourceRole>(source.identity.relation);
  meta.rank = source.identity.rank;
  meta.continues_source = source.identity.continues_source;
  meta.continues_at = source.identity.continues_at;
  return meta;
}

SessionMeta make_session_meta(const Session& session) {
  const auto& identity = session.identity();
  SessionMeta meta;
  meta.identity.provider = session.ref.provider;
  meta.identity.provider_session_id = session.ref.provider_session_id;
  meta.identity.session_id = session.ref.session_id;
  meta.identity.parent_provider_session_id = identity.parent_provider_session_id;
  meta.identity.parentage = static_cast<SessionParentage>(identity.parentage);
  meta.identity.driver = static_cast<SessionDriver>(identity.driver);
  meta.identity.project_directory = identity.project_directory;
  meta.identity.client_version = identity.client_version;
  meta.identity.first_time = parse_rfc3339(identity.started_at);
  return meta;
}

Result<IngestStep> SessionIngest::step(size_t index, const SessionSource& source,
                                       const Arrival& arrival, SourceBuffer& buffer) {
  const SourceRule& rule = source.file.root->rules.rule(source.file.pattern);
  auto reader = SourceReader::open(files_, source.file.path, rule.packing, buffer);
  if (!reader) return forward(reader);
  if (auto noticed = notice_change(meta_.sources[index], rule, *reader); !noticed) {
    return forward(noticed);
  }
  auto slot = decoder_at_cursor(index, source, *reader);
  if (!slot) return forward(slot);
  (*slot)->reader = &*reader;

  const uint64_t cursor = (*slot)->at;
  const bool backfill = cursor < arrival.live_from_bytes;
  const uint64_t until_live = arrival.live_from_bytes - cursor;
  const size_t step_bytes = backfill
                                ? std::min<uint64_t>(SourceDecoding::kDefaultStepBytes, until_live)
                                : SourceDecoding::kDefaultStepBytes;
  SessionSummary summary;
  summary.add_hint(source.identity.title_hint);
  LedgerListener account(meta_.ledger, meta_.sources[index].held);
  const SessionRef ref{meta_.identity.provider, meta_.identity.provider_session_id,
                       meta_.identity.session_id};
  EventPipeline pipeline(ref, known_, meta_.next_seq, summary, events_, &account);
  pipeline.set_keep_raw(source.file.root->policy.keep_raw);
  if (!backfill) pipeline.sequencer().set_capture_time(arrival.now);

  SourceDecoding decoding(*reader, *(*slot)->decoder, source.file.rule().growth, step_bytes);
  const auto step = decoding.step(cursor, false, pipeline);
  if (!step) return forward(step, source.file.path);
  meta_.next_seq = pipeline.sequencer().next_seq();
  if (auto kept = keep_state(index, source, **slot, step->cursor, summary); !kept) {
    return forward(kept);
  }
  (*slot)->reader = nullptr;
  const uint64_t read = step->cursor - std::min(step->cursor, cursor);
  return IngestStep{.end = step->end, .read_bytes = read};
}

Status SessionIngest::notice_change(SourceMeta& source, const SourceRule& rule,
                                    SourceReader& reader) {
  const bool first_look = source.head_length_bytes == 0 && source.cursor.value == 0;
  const auto known_head = reader.head(first_look ? kHeadBytes : source.head_length_bytes);
  if (!known_head) return forward(known_head);
  const auto change = first_look
                          ? SourceChange::kGrown
                          : compare_source(stamp_of(source), rule, reader.info(), *known_head);
  if (change == SourceChange::kTruncated || change == SourceChange::kReplaced ||
      change == SourceChange::kRewritten) {
    source.cursor = {};
    source.decoder.reset();
    source.held.clear();
    const auto index = static_cast<size_t>(&source - meta_.sources.data());
    decoders_.erase(index);
  }
  const bool head_may_grow = known_head->length_bytes < kHeadBytes || first_look;
  const auto head = head_may_grow ? reader.head() : known_head;
  if (!head) return forward(head);
  stamp(source, reader.info(), *head);
  return {};
}

Result<SessionIngest::OpenDecoder*> SessionIngest::decoder_at_cursor(size_t index,
                                                                     const SessionSource& source,
                                                                     SourceReader& reader) {
  SourceMeta& meta = meta_.sources[index];
  const uint64_t cursor = source.file.rule().growth == Growth::kDocument ? 0 : meta.cursor.value;
  const auto found = decoders_.find(index);
  const bool document = source.file.rule().growth == Growth::kDocument;
  if (found != decoders_.end() && found->second.at == cursor && !document) return &found->second;
  OpenDecoder& slot = decoders_[index];
  slot = OpenDecoder{.decoder = nullptr, .at = cursor, .reader = &reader};
  const bool same_plugin = meta.plugin_version == source.file.root->provider->identity().version;
  if (meta.decoder && same_plugin) {
    const StateBlob state{.version = meta.decoder->version, .blob = meta.decoder->bytes};
    auto opened = open(source, &state, slot);
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
    if (auto done = replay(slot, source, cursor, reader); !done) return forward(done);
  }
  return &slot;
}

Result<std::unique_ptr<Decoder>> SessionIngest::open(const SessionSource& source,
                                                     const StateBlob* state, OpenDecoder& slot) {
  return source.file.root->provider->open(
      {.path = source.file.relative,
       .identity = source.identity,
       .options_json = source.file.root->options_json,
       .companions = source.companions,
       .state = state,
       .read_back = [&slot](const HeldRecord& held) -> Result<std::optional<std::string>> {
         if (slot.reader == nullptr) return std::nullopt;
         return read_back_from(*slot.reader)(held);
       }});
}

// Another version of the plugin made the state: decode [0, end) again for the state alone.
Status SessionIngest::replay(OpenDecoder& slot, const SessionSource& source, uint64_t end_bytes,
                             SourceReader& reader) {
  Discarded discarded;
  for (uint64_t at = 0; at < end_bytes;) {
    const auto left = std::min<uint64_t>(SourceDecoding::kDefaultStepBytes, end_bytes - at);
    SourceDecoding decoding(reader, *slot.decoder, source.file.rule().growth, left);
    const auto step = decoding.step(at, false, discarded);
    if (!step) return forward(step, source.file.path);
    if (step->cursor == at) break;
    at = step->cursor;
  }
  return {};
}

Status SessionIngest::keep_state(size_t index, const SessionSource& source, OpenDecoder& slot,
                                 uint64_t cursor, const SessionSummary& summary) {
  const auto saved = slot.decoder->save();
  if (!saved) return forward(saved, source.file.path);
  SourceMeta& meta = meta_.sources[index];
  meta.cursor = {.kind = CursorKind::kByteOffset, .value = cursor, .opaque = {}};
  meta.plugin_version = source.file.root->provider->identity().version;
  meta.decoder = SavedBlob{.version = saved->state.version, .bytes = saved->state.blob};
  meta.held.clear();
  for (const auto& held : saved->held) {
    meta.held.push_back({.key = held.key,
                         .offset_bytes = held.offset_bytes,
                         .length_bytes = held.length_bytes,
                         .hash = held.hash});
  }
  slot.at = cursor;
  note_stretch(meta_.interleaving, index, cursor);
  auto& identity = meta_.identity;
  widen_times(identity, summary);
  if (identity.project_directory.empty()) identity.project_directory = summary.project_directory;
  if (!summary.client_versions.empty()) identity.client_version = summary.client_versions.back();
  if (meta_.twin.exists) {
    const bool logged = !summary.logged_title.empty();
    if (logged || identity.title.empty()) identity.title = summary.title();
  }
  meta_.event_count += summary.event_count();
  return {};
}

}  // namespace kato
