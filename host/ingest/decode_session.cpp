#include "host/ingest/decode_session.h"

#include <algorithm>

#include "host/base/hash.h"

namespace kato {
namespace {

Status decode_source(FileSystem& files, const SessionSource& source, EventPipeline& pipeline,
                     const OneShot& how) {
  const SourceFile& file = source.file;
  SourceBuffer buffer;
  auto reader = SourceReader::open(files, file.path, file.root->rules.rule(file.pattern).packing,
                                   buffer, file.root->policy.limits);
  if (!reader) return forward(reader);
  auto decoder = file.root->provider->open({.path = file.relative,
                                            .identity = source.identity,
                                            .options_json = file.root->options_json,
                                            .companions = source.companions,
                                            .state = nullptr,
                                            .read_back = read_back_from(*reader)});
  if (!decoder) return forward(decoder);
  pipeline.set_keep_raw(file.root->policy.keep_raw);
  pipeline.sequencer().set_restates(file.rule().restates);
  SourceDecoding decoding(*reader, **decoder, file.rule().growth);
  for (StepOutcome last; last.end == StepEnd::kMore;) {
    if (!how.keep_going()) return fail(ErrorCode::kCancelled, "cancelled");
    const auto step = decoding.step(last.cursor, true, pipeline);
    if (!step) return forward(step, file.path);
    if (step->end == StepEnd::kShrinking) return written_just_now(file.path);
    last = *step;
  }
  return {};
}

}  // namespace

Status decode_session(FileSystem& files, const Session& session, EventPipeline& pipeline,
                      const OneShot& how) {
  for (const auto& source : session.sources) {
    if (how.on_source) how.on_source(source);
    if (auto done = decode_source(files, source, pipeline, how); !done) return done;
  }
  return {};
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
