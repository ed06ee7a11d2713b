#include "host/ingest/source_decoding.h"

namespace kato {
namespace {

// How a decode that ended without an error ends the step; `rest_is_partial`: no whole record is
// left of what was offered, and nothing follows it.
StepEnd end_of(DecodeVerdict verdict, bool rest_is_partial) {
  switch (verdict) {
    case DecodeVerdict::kRetryLater:
      return StepEnd::kRetryLater;
    case DecodeVerdict::kQuarantine:
      return StepEnd::kQuarantine;
    case DecodeVerdict::kCancelled:
      return StepEnd::kCancelled;
    case DecodeVerdict::kOk:
    case DecodeVerdict::kSkipRecord:
      break;
  }
  return rest_is_partial ? StepEnd::kEndOfInput : StepEnd::kMore;
}

}  // namespace

Result<StepOutcome> SourceDecoding::step(uint64_t cursor, bool final, StepListener& listener) {
  auto outcome = growth_ == Growth::kDocument ? document_step(final, listener)
                                              : append_step(cursor, final, listener);
  if (outcome) listener.on_step_end();
  return outcome;
}

void SourceDecoding::end_at_limit(SourceChunk& chunk, uint64_t cursor) const {
  const uint64_t most = until_bytes_ - std::min(until_bytes_, cursor);
  if (chunk.bytes.size() <= most) return;
  const auto line_end = chunk.bytes.substr(0, most).rfind('\n');
  if (line_end == std::string_view::npos) return;
  chunk.bytes = chunk.bytes.substr(0, line_end + 1);
  chunk.end_of_input = false;
  chunk.broke_off = false;
}

Result<StepOutcome> SourceDecoding::append_step(uint64_t cursor, bool final,
                                                StepListener& listener) {
  auto chunk = reader_.read(cursor, step_bytes_);
  if (!chunk) return forward(chunk);
  if (reader_.is_shrinking()) return StepOutcome{.end = StepEnd::kShrinking, .cursor = cursor};
  end_at_limit(*chunk, cursor);
  if (chunk->oversize) return skip_record(cursor, HostOutcome::kOversize, listener);
  if (chunk->bytes.empty()) return StepOutcome{.end = StepEnd::kEndOfInput, .cursor = cursor};
  listener.on_step_bytes(chunk->bytes, cursor);
  const auto outcome = decoder_.decode({.bytes = chunk->bytes,
                                        .base_offset_bytes = cursor,
                                        .end_of_input = chunk->end_of_input,
                                        .final = final && chunk->end_of_input},
                                       listener);
  if (!outcome) return forward(outcome);
  const uint64_t next = cursor + outcome->consumed_bytes;
  if (outcome->verdict == DecodeVerdict::kSkipRecord) {
    return skip_record(next, HostOutcome::kMalformed, listener);
  }
  const auto rest = chunk->bytes.substr(outcome->consumed_bytes);
  if (!chunk->end_of_input && outcome->consumed_bytes == 0 &&
      outcome->verdict == DecodeVerdict::kOk) {
    return fail(ErrorCode::kPlugin, "decode took nothing of {} bytes with whole records",
                chunk->bytes.size());
  }
  const bool rest_is_partial =
      chunk->end_of_input && (outcome->consumed_bytes == 0 || !rest.contains('\n'));
  const StepEnd end = end_of(outcome->verdict, rest_is_partial);
  if (end == StepEnd::kEndOfInput && !rest.empty()) {
    listener.on_host_record(HostOutcome::kIncomplete, next, rest.size());
  }
  return StepOutcome{.end = end, .cursor = next};
}

Result<StepOutcome> SourceDecoding::document_step(bool final, StepListener& listener) {
  const auto chunk = reader_.read_document();
  if (!chunk) return forward(chunk);
  if (reader_.is_shrinking()) return StepOutcome{.end = StepEnd::kShrinking, .cursor = 0};
  if (chunk->oversize) {
    listener.on_host_record(HostOutcome::kOversize, 0, reader_.info().size_bytes);
    return StepOutcome{.end = StepEnd::kEndOfInput, .cursor = reader_.info().size_bytes};
  }
  listener.on_step_bytes(chunk->bytes, 0);
  const auto outcome = decoder_.decode({.bytes = chunk->bytes,
                                        .base_offset_bytes = 0,
                                        .end_of_input = true,
                                        .final = final,
                                        .knows_last = knows_last_},
                                       listener);
  if (!outcome) return forward(outcome);
  const bool refused = outcome->verdict == DecodeVerdict::kSkipRecord ||
                       (outcome->verdict == DecodeVerdict::kOk && outcome->consumed_bytes == 0);
  if (refused && !chunk->bytes.empty()) {
    listener.on_host_record(HostOutcome::kMalformed, 0, chunk->bytes.size());
  }
  return StepOutcome{.end = end_of(outcome->verdict, true), .cursor = chunk->bytes.size()};
}

Result<StepOutcome> SourceDecoding::skip_record(uint64_t from, HostOutcome outcome,
                                                StepListener& listener) {
  const auto skipped = reader_.skip_record(from);
  if (!skipped) return forward(skipped);
  if (!skipped->complete) {  // stepped over once it has ended
    listener.on_host_record(HostOutcome::kIncomplete, from, skipped->end_bytes - from);
    return StepOutcome{.end = StepEnd::kEndOfInput, .cursor = from};
  }
  listener.on_host_record(outcome, from, skipped->end_bytes - from);
  return StepOutcome{.end = StepEnd::kMore, .cursor = skipped->end_bytes};
}

}  // namespace kato
