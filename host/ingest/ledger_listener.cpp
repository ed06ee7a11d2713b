#include "host/ingest/ledger_listener.h"

namespace kato {
namespace {

LedgerOutcome to_ledger(RecordOutcome outcome) {
  switch (outcome) {
    case RecordOutcome::kMapped:
      return LedgerOutcome::kMapped;
    case RecordOutcome::kInfo:
      return LedgerOutcome::kInfo;
    case RecordOutcome::kIgnored:
      return LedgerOutcome::kIgnored;
    case RecordOutcome::kMalformed:
      return LedgerOutcome::kMalformed;
    case RecordOutcome::kRaw:
    case RecordOutcome::kHeld:
    case RecordOutcome::kUnchanged:
      break;
  }
  return LedgerOutcome::kRaw;
}

LedgerOutcome to_ledger(HostOutcome outcome) {
  switch (outcome) {
    case HostOutcome::kOversize:
      return LedgerOutcome::kOversize;
    case HostOutcome::kIncomplete:
      return LedgerOutcome::kIncomplete;
    case HostOutcome::kMalformed:
      break;
  }
  return LedgerOutcome::kMalformed;
}

}  // namespace

void LedgerListener::on_record(const RecordReport& record) {
  if (record.outcome == RecordOutcome::kHeld) {
    held_.insert(record.offset_bytes);
    ledger_.hold(record.length_bytes);
    return;
  }
  if (held_.erase(record.offset_bytes) > 0) ledger_.release(record.length_bytes);
  ledger_.add(record.type, to_ledger(record.outcome), record.reason, record.length_bytes);
}

void LedgerListener::on_host_record(HostOutcome outcome, uint64_t, uint64_t length_bytes) {
  // An unterminated tail will be read again, and is no record yet.
  if (outcome == HostOutcome::kIncomplete) return;
  ledger_.add("", to_ledger(outcome), "", length_bytes);
}

}  // namespace kato
