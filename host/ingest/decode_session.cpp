#include "host/ingest/decode_session.h"

#include <algorithm>

#include "host/base/hash.h"
#include "host/ingest/realignment.h"

namespace kato {
namespace {

// A document is aligned while it is decoded.
Result<SourceAlignment> alignment_of(const SessionSource& source, const SessionRef& session,
                                     SourceReader& reader, EventMemory* known) {
  const auto growth = source.file.rule().growth;
  if (known == nullptr || growth == Growth::kDocument) return SourceAlignment{};
  if (auto wanted = known->want_order(); !wanted) return forward(wanted);
  if (known->order()->size() == 0) return SourceAlignment{};
  auto probe = open_decoder(source, reader);
  if (!probe) return forward(probe);
  SourceDecoding decoding(reader, **probe, growth);
  auto found = realign(decoding, session.session_id, *known, {});
  if (!found) return forward(found, source.file.path);
  return found->alignment;
}

Status decode_source(FileSystem& files, const SessionSource& source, const SessionRef& session,
                     EventPipeline& pipeline, const OneShot& how) {
  const SourceFile& file = source.file;
  SourceBuffer buffer;
  auto reader = SourceReader::open(files, file.path, file.root->rules.rule(file.pattern).packing,
                                   buffer, file.root->policy.limits);
  if (!reader) return forward(reader);
  auto alignment = alignment_of(source, session, *reader, how.known);
  if (!alignment) return forward(alignment);
  auto decoder = open_decoder(source, *reader);
  if (!decoder) return forward(decoder);
  pipeline.set_keep_raw(file.root->policy.keep_raw);
  pipeline.sequencer().set_restates(file.rule().restates);
  pipeline.sequencer().set_alignment(how.known == nullptr ? nullptr : &*alignment);
  if (how.known != nullptr && file.rule().growth == Growth::kDocument) {
    pipeline.begin_document(nullptr);
  }
  SourceDecoding decoding(*reader, **decoder, file.rule().growth);
  for (StepOutcome last; last.end == StepEnd::kMore;) {
    if (!how.keep_going()) return fail(ErrorCode::kCancelled, "cancelled");
    const auto step = decoding.step(last.cursor, true, pipeline);
    if (!step) return forward(step, file.path);
    if (step->end == StepEnd::kShrinking) return written_just_now(file.path);
    last = *step;
  }
  pipeline.sequencer().set_alignment(nullptr);
  return {};
}

}  // namespace

Status decode_session(FileSystem& files, const Session& session, EventPipeline& pipeline,
                      const OneShot& how) {
  for (const auto& source : session.sources) {
    if (how.on_source) how.on_source(source);
    if (auto done = decode_source(files, source, session.ref, pipeline, how); !done) return done;
  }
  return {};
}

Result<std::unique_ptr<Decoder>> open_decoder(const SessionSource& source, SourceReader& reader) {
  return source.file.root->provider->open({.path = source.file.relative,
                                           .identity = source.identity,
                                           .options_json = source.file.root->options_json,
                                           .companions = source.companions,
                                           .state = nullptr,
                                           .read_back = read_back_from(reader)});
}

bool restates(const Session& session) {
  return session.sources.size() > 1 ||
         std::ranges::any_of(session.sources, [](const SessionSource& source) {
           return source.file.rule().restates;
         });
}

std::unexpected<Error> written_just_now(const std::string& path) {
  return fail(ErrorCode::kIo, "{} is being written just now: try again", path);
}

ReadBack read_back_from(SourceReader& reader) {
  return [&reader](const HeldRecord& held) -> Result<std::optional<std::string>> {
    auto bytes = reader.read_range(held.offset_bytes, held.length_bytes);
    if (!bytes) return forward(bytes);
    if (bytes->size() < held.length_bytes && reader.is_shrinking()) {
      return fail(ErrorCode::kIo, "the log is being written just now");
    }
    if (bytes->size() != held.length_bytes || hash64(*bytes) != held.hash) return std::nullopt;
    return std::optional(std::move(*bytes));
  };
}

}  // namespace kato
