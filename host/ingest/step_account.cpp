#include "host/ingest/step_account.h"

#include <algorithm>

#include "host/ingest/source_place.h"
#include "host/source/source_state.h"

namespace kato {

void StepAccount::on_step_bytes(std::string_view bytes, uint64_t base_offset_bytes) {
  bytes_ = bytes;
  base_ = base_offset_bytes;
  if (base_offset_bytes > 0 || source_.head_length_bytes > 0) return;
  const auto head = fingerprint_of(bytes.substr(0, kHeadBytes));
  source_.head_length_bytes = head.length_bytes;
  source_.head_hash = head.hash;
}

void StepAccount::on_record(const RecordReport& record) {
  if (source_.first_record_key.empty() && record.outcome == RecordOutcome::kMapped) {
    source_.first_record_key = record.key;
  }
  if (is_document_ && ++records_ <= source_.counted_records) return;
  LedgerListener::on_record(record);
  if (record.offset_bytes + record.length_bytes <= last_offset_ + last_length_) return;
  last_offset_ = record.offset_bytes;
  last_length_ = record.length_bytes;
  last_key_ = record.key;
}

void StepAccount::on_host_record(HostOutcome outcome, uint64_t offset_bytes,
                                 uint64_t length_bytes) {
  LedgerListener::on_host_record(outcome, offset_bytes, length_bytes);
  if (outcome == HostOutcome::kIncomplete) return;
  source_.anchor.reset();
  last_length_ = 0;
}

void StepAccount::on_step_end() {
  if (is_document_) {
    source_.counted_records = std::max(source_.counted_records, records_);
    return;
  }
  const bool is_new = last_length_ > 0 && last_offset_ + last_length_ > source_.cursor.value;
  if (!is_new || last_offset_ < base_) return;
  const auto record = bytes_.substr(last_offset_ - base_, last_length_);
  source_.anchor = make_anchor(last_key_, last_offset_, record);
}

}  // namespace kato
