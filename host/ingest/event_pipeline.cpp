#include "host/ingest/event_pipeline.h"

namespace kato {

void EventPipeline::on_draft(const Draft& draft) {
  if (retelling_ != nullptr) retelling_->on_draft(draft);
  if (sequencer_.skips(draft)) {
    if (document_ != nullptr) document_->spoil();
    left_out_ = draft.record_offset_bytes;
    left_out_reason_ = "stated-before";
    return;
  }
  if (copies_ == nullptr) return take(draft);
  const auto copied = copies_->is_copy(draft);
  if (!copied) {
    status_ = forward(copied);
    return;
  }
  if (*copied && copy_use_ == CopyUse::kContext) {
    left_out_ = draft.record_offset_bytes;
    left_out_reason_ = "inherited";
    return;
  }
  if (!*copied) return take(draft);
  Draft marked = draft;
  marked.body.inherited = true;
  take(marked);
}

void EventPipeline::take(const Draft& draft) {
  if (!keep_raw_ || draft.body.kind != EventKind::kProviderRaw) {
    return sequencer_.take(draft);
  }
  Draft with_record = draft;
  with_record.body.payload.raw_json = record_json(draft);
  sequencer_.take(with_record);
}

// The record, if it is one JSON object on one line; else absent.
std::string_view EventPipeline::record_json(const Draft& draft) const {
  auto record = bytes_at(draft.record_offset_bytes, draft.record_length_bytes);
  while (!record.empty() && (record.back() == '\n' || record.back() == '\r')) {
    record.remove_suffix(1);
  }
  const bool is_object = !record.empty() && record.front() == '{' && !record.contains('\n');
  return is_object ? record : std::string_view();
}

void EventPipeline::on_step_end() {
  sequencer_.end_run();
  if (records_ != nullptr) records_->on_step_end();
}

// An unchanged record states what it stated before.
void EventPipeline::end_document_record(const RecordReport& record) {
  if (record.outcome == RecordOutcome::kUnchanged) {
    const auto said = document_->last_record(document_->record_count());
    if (!said) {
      status_ = fail(ErrorCode::kPlugin, "a record at {} is said to be unchanged, but it is new",
                     record.offset_bytes);
      return;
    }
    for (const auto& statement : *said) {
      sequencer_.take_again(record.offset_bytes, statement);
    }
  }
  document_->end_record();
}

void EventPipeline::on_record(const RecordReport& record) {
  if (document_ != nullptr) end_document_record(record);
  if (retelling_ != nullptr) {
    retelling_->on_record(record, bytes_at(record.offset_bytes, record.length_bytes));
  }
  if (records_ == nullptr) return;
  if (record.offset_bytes != left_out_ || record.outcome == RecordOutcome::kHeld) {
    return records_->on_record(record);
  }
  RecordReport left_out = record;
  left_out.outcome = RecordOutcome::kIgnored;
  left_out.reason = left_out_reason_;
  records_->on_record(left_out);
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
  if (document_ != nullptr) document_->spoil();
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
