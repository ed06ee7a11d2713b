#include "log_record.h"

namespace kato::jsonlog {

void LogRecord::name_it(std::string_view type, std::string_view own_id,
                        std::string_view timestamp) {
  type_ = type;
  timestamp_ = timestamp;
  if (!key_.empty()) return;  // read back: the key is known
  if (!own_id.empty() && own_id.size() <= kMaxIdBytes) {
    own_id_ = own_id;
    key_ = own_id;
  } else {
    made_key_ = keys_.make(timestamp, host_.hash(place_.line));
    key_ = made_key_;
  }
}

sdk::Draft LogRecord::draft(kato_event_kind kind, std::string_view part_key) const {
  sdk::Draft draft;
  draft.kind = kind;
  draft.record_key = key_;
  const bool fits = part_key.size() <= KATO_MAX_KEY_BYTES;
  draft.part_key = fits ? part_key : arena().copy(to_hex(host_.hash(part_key)));
  draft.record_offset_bytes = place_.offset_bytes;
  draft.record_length_bytes = place_.length_bytes;
  draft.cursor.kind = place_.item ? KATO_CURSOR_ITEM_INDEX : KATO_CURSOR_BYTE_OFFSET;
  draft.cursor.value = place_.item.value_or(place_.offset_bytes);
  draft.provider_event_type = type_;
  draft.provider_event_id = own_id_;
  draft.provider_timestamp = timestamp_;
  return draft;
}

void LogRecord::emit(sdk::Draft& draft) {
  draft.emit_index = emit_index_++;
  raw_ = raw_ || draft.kind == KATO_PROVIDER_RAW;
  mapped_ = mapped_ || (draft.kind != KATO_PROVIDER_RAW && draft.kind != KATO_PROVIDER_INFO);
  out_.draft(draft);
}

void LogRecord::emit_raw(std::string_view part_key) {
  auto raw = draft(KATO_PROVIDER_RAW, part_key);
  raw.raw_type = type_;
  emit(raw);
}

kato_record_outcome LogRecord::outcome() const noexcept {
  if (raw_) return KATO_RECORD_RAW;
  if (mapped_) return KATO_RECORD_MAPPED;
  return gave_something() ? KATO_RECORD_INFO : KATO_RECORD_IGNORED;
}

void LogRecord::account() {
  if (held_) {
    report(KATO_RECORD_HELD, {});
    return;
  }
  if (key_.empty()) name_it("unnamed", {}, {});
  if (!gave_something() && reason_.empty()) emit_raw();
  report(outcome(), gave_something() ? std::string_view() : reason_);
}

void LogRecord::report(kato_record_outcome outcome, std::string_view reason) const {
  sdk::Record record;
  record.outcome = outcome;
  record.offset_bytes = place_.offset_bytes;
  record.length_bytes = place_.length_bytes;
  record.type = type_;
  record.reason = reason;
  record.key = key_;
  record.repaired_count = json_.repairs() - repairs_before_;
  out_.record(record);
}

}  // namespace kato::jsonlog
