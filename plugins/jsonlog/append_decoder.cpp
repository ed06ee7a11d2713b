#include "append_decoder.h"

#include <new>
#include <optional>

#include "framing.h"

namespace kato::jsonlog {
namespace {

// Of the part of the state that this file writes.
constexpr uint32_t kBaseVersion = 1;
constexpr size_t kBytesBetweenAsking = 256U << 10;
constexpr unsigned kMaxComplaints = 8;

}  // namespace

struct AppendDecoder::Call {
  const sdk::Host& host;
  sdk::Emitter& out;
  std::string_view bytes;
  uint64_t base_offset;
  unsigned complaints = 0;

  void complain(uint64_t offset, std::string_view reason) {
    if (complaints++ < kMaxComplaints) host.error(KATO_SKIP_RECORD, offset, reason);
  }
};

kato_status AppendDecoder::decode(const sdk::Host& host, const kato_decode_input& input,
                                  sdk::Emitter& out, uint64_t& consumed_bytes) {
  if (broken_) return KATO_FATAL;
  Call call{host, out, sdk::view(input.bytes), input.base_offset_bytes};
  call_ = &call;
  constexpr uint32_t kFinal = KATO_DECODE_END_OF_INPUT | KATO_DECODE_FINAL;
  const bool final = (input.flags & kFinal) == kFinal;
  size_t ask_at = 0;
  kato_status status = KATO_OK;
  while (consumed_bytes < call.bytes.size()) {
    if (consumed_bytes >= ask_at) {
      if (host.cancelled()) {
        status = KATO_CANCELLED;
        break;
      }
      ask_at = consumed_bytes + kBytesBetweenAsking;
    }
    const uint64_t offset = call.base_offset + consumed_bytes;
    const auto frame = next_frame(call.bytes.substr(consumed_bytes), {offset == 0, final});
    if (frame.kind == FrameKind::kNeedMore) break;
    const RecordPlace place{frame.text, offset, frame.length};
    if (frame.kind == FrameKind::kBlank) {
      report_simple(call, place, KATO_RECORD_IGNORED, "blank");
    } else {
      status = take_line(call, place);
      if (status != KATO_OK) break;
    }
    consumed_bytes += frame.length;
  }
  call_ = nullptr;
  // What was consumed stands; the same answer comes again at the next call, with nothing consumed.
  return status == KATO_RETRY_LATER && consumed_bytes > 0 ? KATO_OK : status;
}

kato_status AppendDecoder::take_line(Call& call, const RecordPlace& place) {
  JsonError error = JsonError::kNone;
  try {
    error = json_.parse(place.line, Behind::kPadding);
  } catch (const std::bad_alloc&) {
    return KATO_RETRY_LATER;  // nothing was changed yet
  }
  if (error != JsonError::kNone || !json_.root().is_object()) {
    const auto reason = error == JsonError::kNone ? "not-an-object" : reason_of(error);
    call.complain(place.offset_bytes + json_.error_offset(), reason);
    report_simple(call, place, KATO_RECORD_MALFORMED, reason);
    return KATO_OK;
  }
  LogRecord record(place, json_, call.host, call.out, keys_);
  std::optional<RecordKeys> keys_before;  // only who holds something reads back and may try again
  if (!held_.empty()) keys_before = keys_;
  broken_ = true;  // unless the provider comes back: an exception leaves it half changed
  const kato_status status = on_record(record);
  if (status == KATO_OK) record.account();
  if (status == KATO_RETRY_LATER && keys_before) keys_ = *keys_before;
  broken_ = status == KATO_FATAL;
  return status;
}

void AppendDecoder::report_simple(Call& call, const RecordPlace& place, kato_record_outcome outcome,
                                  std::string_view reason) {
  sdk::Record record;
  record.outcome = outcome;
  record.offset_bytes = place.offset_bytes;
  record.length_bytes = place.length_bytes;
  record.type = outcome == KATO_RECORD_MALFORMED ? "malformed" : "blank";
  record.reason = reason;
  call.out.record(record);
}

void AppendDecoder::hold(LogRecord& record, uint64_t tag) {
  // With its line end, which lies behind it unless the source ended without.
  const auto& place = record.place_;
  const std::string_view whole =
      call_->bytes.substr(place.offset_bytes - call_->base_offset, place.length_bytes);
  held_.push_back({std::string(record.key_),
                   std::string(record.type_),
                   {place.offset_bytes, place.length_bytes, record.host_.hash(whole)},
                   tag});
  record.held_ = true;
}

kato_status AppendDecoder::fetch(const LogRecord& record, const HeldRecord& held) {
  std::string_view whole;
  const uint64_t base = call_->base_offset;
  if (held.range.offset_bytes >= base) {
    whole = call_->bytes.substr(held.range.offset_bytes - base, held.range.length_bytes);
  } else {
    const kato_status status = record.host_.read_back(held.range, whole);
    if (status != KATO_OK) return status;
  }
  const auto frame = next_frame(whole, {false, true});
  held_line_ = frame.text;
  const bool readable = frame.kind == FrameKind::kLine &&
                        held_json_.parse(frame.text, Behind::kPadding) == JsonError::kNone &&
                        held_json_.root().is_object();
  return readable ? KATO_OK : KATO_SKIP_RECORD;
}

kato_status AppendDecoder::read_held(const LogRecord& record, size_t index, Value* root) {
  const kato_status status = fetch(record, held_[index]);
  if (status == KATO_OK) *root = held_json_.root();
  return status;
}

LogRecord AppendDecoder::held_record(const LogRecord& record, const HeldRecord& held) {
  return {{held_line_, held.range.offset_bytes, held.range.length_bytes},
          held_json_,
          record.host_,
          record.out_,
          keys_,
          held.key};
}

void AppendDecoder::drop(const LogRecord& record, size_t index, std::string_view reason) {
  const HeldRecord gone = std::move(held_[index]);
  held_.erase(held_.begin() + static_cast<ptrdiff_t>(index));
  sdk::Record account;
  account.outcome = KATO_RECORD_IGNORED;
  account.offset_bytes = gone.range.offset_bytes;
  account.length_bytes = gone.range.length_bytes;
  account.type = gone.type;
  account.reason = reason;
  account.key = gone.key;
  record.out_.record(account);
}

sdk::SavedState AppendDecoder::save() const {
  StateWriter out;
  keys_.save(out);
  out.number(held_.size());
  for (const auto& held : held_) {
    out.text(held.key);
    out.text(held.type);
    out.number(held.range.offset_bytes);
    out.number(held.range.length_bytes);
    out.hash(held.range.hash);
    out.hash(held.tag);
  }
  save_more(out);
  sdk::SavedState saved;
  saved.version = (kBaseVersion << 16U) | state_version();
  saved.blob = out.bytes();
  for (const auto& held : held_) {
    saved.held.push_back({held.key, held.range});
  }
  return saved;
}

bool AppendDecoder::restore(const kato_state_blob& state) {
  if (state.version != ((kBaseVersion << 16U) | state_version())) return false;
  StateReader in(sdk::view(state.blob));
  keys_.restore(in);
  const size_t count = in.count(20);
  for (size_t i = 0; i < count; ++i) {
    HeldRecord held;
    held.key = in.text();
    held.type = in.text();
    held.range.offset_bytes = in.number();
    held.range.length_bytes = in.number();
    held.range.hash = in.hash();
    held.tag = in.hash();
    held_.push_back(std::move(held));
  }
  restore_more(in);
  return in.complete();
}

}  // namespace kato::jsonlog
