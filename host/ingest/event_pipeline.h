// From what a decoder finds to events: the middle of every byte's way, with or without a state.
#pragma once

#include <functional>
#include <string_view>

#include "host/ingest/copied_history.h"
#include "host/ingest/sequencer.h"
#include "host/ingest/session_summary.h"
#include "host/ingest/source_decoding.h"

namespace kato {

// The account of records. Views live until the call returns.
class RecordListener {
 public:
  RecordListener() = default;
  RecordListener(const RecordListener&) = delete;
  RecordListener& operator=(const RecordListener&) = delete;
  RecordListener(RecordListener&&) = delete;
  RecordListener& operator=(RecordListener&&) = delete;
  virtual ~RecordListener() = default;

  // The bytes of the step that begins; valid until it ends.
  virtual void on_step_bytes(std::string_view bytes, uint64_t base_offset_bytes) = 0;
  virtual void on_record(const RecordReport& record) = 0;
  virtual void on_host_record(HostOutcome outcome, uint64_t offset_bytes,
                              uint64_t length_bytes) = 0;
  virtual void on_problem(uint64_t offset_bytes, std::string_view message) = 0;
  virtual void on_step_end() {}
};

// What becomes of drafts that were copied from another session.
enum class CopyUse : uint8_t {
  kInherited,  // part of this conversation: captured, never obeyed
  kContext,    // of no concern to it: a sub-agent was told its parent's history
};

// One session's. References must outlive it. One thread at a time.
class EventPipeline final : public StepListener, private EventListener {
 public:
  // next_seq: as for Sequencer. records: may be null.
  EventPipeline(const SessionRef& session, EventMemory& known, uint64_t next_seq,
                SessionSummary& summary, EventListener& events, RecordListener* records)
      : sequencer_(session, known, next_seq, *this),
        summary_(summary),
        events_(events),
        records_(records) {}

  [[nodiscard]] Sequencer& sequencer() { return sequencer_; }
  // Whether provider.raw events carry the record itself.
  void set_keep_raw(bool keep) { keep_raw_ = keep; }
  // Finds what was copied without a mark. Null: nothing is. Must outlive the pipeline.
  void set_copies(CopiedHistory* copies, CopyUse use) {
    copies_ = copies;
    copy_use_ = use;
  }
  // What comes in the next step is one document. memory: see Sequencer::begin_document.
  void begin_document(DocumentMemory* memory) {
    sequencer_.begin_document(memory);
    document_ = memory;
  }
  // What another version of the plugin told. Must outlive the pipeline.
  void set_retelling(Retelling* retelling) {
    retelling_ = retelling;
    sequencer_.set_retelling(retelling);
  }
  // What a look-up failed with; what came after it in the step is not to be trusted.
  [[nodiscard]] const Status& status() const { return status_; }

  void on_draft(const Draft& draft) override;
  void on_record(const RecordReport& record) override;
  void on_facts(std::string_view project_directory, std::string_view client_version) override;
  void on_problem(uint64_t offset_bytes, std::string_view message) override;
  void on_step_bytes(std::string_view bytes, uint64_t base_offset_bytes) override;
  void on_host_record(HostOutcome outcome, uint64_t offset_bytes, uint64_t length_bytes) override;
  void on_step_end() override;

 private:
  void take(const Draft& draft);
  void end_document_record(const RecordReport& record);
  [[nodiscard]] std::string_view record_json(const Draft& draft) const;
  void on_event(const Event& event, CommandRight right) override;
  [[nodiscard]] std::string_view bytes_at(uint64_t offset_bytes, uint64_t length_bytes) const;

  Sequencer sequencer_;
  SessionSummary& summary_;
  EventListener& events_;
  RecordListener* records_;
  bool keep_raw_ = false;
  DocumentMemory* document_ = nullptr;
  Retelling* retelling_ = nullptr;
  CopiedHistory* copies_ = nullptr;
  CopyUse copy_use_ = CopyUse::kInherited;
  Status status_;
  // The record whose drafts were left out last, and why.
  uint64_t left_out_ = UINT64_MAX;
  std::string_view left_out_reason_;
  std::string_view step_bytes_;
  uint64_t step_offset_ = 0;
};

}  // namespace kato
