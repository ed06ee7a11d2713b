// Sums the account of records up in a ledger.
#pragma once

#include <set>
#include <vector>

#include "host/ingest/event_pipeline.h"
#include "host/session/ledger.h"
#include "host/session/session_meta.h"

namespace kato {

class LedgerListener : public RecordListener {
 public:
  // held: of the source, as it was saved.
  LedgerListener(Ledger& ledger, const std::vector<HeldRange>& held) : ledger_(ledger) {
    for (const auto& range : held) {
      held_.insert(range.offset_bytes);
    }
  }

  void on_step_bytes(std::string_view, uint64_t) override {}
  void on_record(const RecordReport& record) override;
  void on_host_record(HostOutcome outcome, uint64_t offset_bytes, uint64_t length_bytes) override;
  void on_problem(uint64_t, std::string_view) override {}

 private:
  Ledger& ledger_;
  std::set<uint64_t> held_;  // offsets
};

}  // namespace kato
