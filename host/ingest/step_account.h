// What one step leaves in a source's meta, besides the decoder's state: the ledger, the anchor, the
// head, the first record's key.
#pragma once

#include "host/ingest/ledger_listener.h"
#include "host/session/session_meta.h"

namespace kato {

class StepAccount final : public LedgerListener {
 public:
  // Both must outlive it. is_document: what the ledger has of it already is not counted again.
  StepAccount(Ledger& ledger, SourceMeta& source, bool is_document)
      : LedgerListener(ledger, source.held), source_(source), is_document_(is_document) {}

  void on_step_bytes(std::string_view bytes, uint64_t base_offset_bytes) override;
  void on_record(const RecordReport& record) override;
  void on_host_record(HostOutcome outcome, uint64_t offset_bytes, uint64_t length_bytes) override;
  void on_step_end() override;

 private:
  SourceMeta& source_;
  bool is_document_;
  std::string_view bytes_;
  uint64_t base_ = 0;
  uint64_t records_ = 0;  // of a document
  // The last record of the step.
  uint64_t last_offset_ = 0;
  uint64_t last_length_ = 0;
  std::string last_key_;
};

}  // namespace kato
