#include "host/ingest/event_pipeline.h"

#include "host/base/hash.h"

namespace kato {

void EventPipeline::on_draft(const Draft& draft) {
  const auto hash_of = [this](uint64_t offset, uint64_t length) {
    return hash64(bytes_at(offset, length));
  };
  if (!keep_raw_ || draft.body.kind != EventKind::kProviderRaw) {
    sequencer_.take(draft, hash_of);
    return;
  }
  Draft with_record = draft;
  auto record = bytes_at(draft.record_offset_bytes, draft.record_length_bytes);
  while (!record.empty() && (record.back() == '\n' || record.back() == '\r')) {
    record.remove_suffix(1);
  }
  if (!record.empty() && record.front() == '{' && !record.contains('\n')) {
    with_record.body.payload.raw_json = record;
  }
  sequencer_.take(with_record, hash_of);
}

void EventPipeline::on_record(const RecordReport& record) {
  if (records_ != nullptr) records_->on_record(record);
}

void EventPipeline::on_facts(std::string_view project_directory, std::string_view client_version) {
  summary_.add_facts(project_directory, client_version);
}

void EventPipeline::on_problem(uint64_t offset_bytes, std::string_view message) {
  if (records_ != nullptr) records_->on_problem(offset_bytes, message);
}

void EventPipeline::on_step_bytes(std::string_view bytes, uint64_t base_offset_bytes) {
  step_bytes_ = bytes;
  step_offset_ = base_offset_bytes;
  if (records_ != nullptr) records_->on_step_bytes(bytes, base_offset_bytes);
}

void EventPipeline::on_host_record(HostOutcome outcome, uint64_t offset_bytes,
                                   uint64_t length_bytes) {
  if (records_ != nullptr) records_->on_host_record(outcome, offset_bytes, length_bytes);
}

void EventPipeline::on_event(const Event& event, CommandRight right) {
  summary_.add(event);
  events_.on_event(event, right);
}

// Nothing for a record that is not among this step's bytes (one that was held back).
std::string_view EventPipeline::bytes_at(uint64_t offset_bytes, uint64_t length_bytes) const {
  if (offset_bytes < step_offset_) return {};
  const uint64_t from = offset_bytes - step_offset_;
  if (from > step_bytes_.size() || length_bytes > step_bytes_.size() - from) return {};
  return step_bytes_.substr(from, length_bytes);
}

}  // namespace kato
