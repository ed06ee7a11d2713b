// What came of each record of a document, for when the document is written again.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "host/ingest/alignment.h"

namespace kato {

// One source's, beside the decoder that takes its documents. Some 50 bytes for each draft. One
// thread at a time.
class DocumentMemory {
 public:
  // A document is going to be decoded; the one before is the last one.
  void begin();
  // Stated by the record that is going on.
  void add(const Statement& statement) { now_.statements.push_back(statement); }
  void end_record() { now_.ends.push_back(now_.statements.size()); }
  [[nodiscard]] size_t record_count() const { return now_.ends.size(); }
  // Something was left out that might be taken if it is said again.
  void spoil() { spoiled_ = true; }
  // The statement with that index in the document that is going on is left out, now and later.
  void leave_out(size_t index) { now_.statements[index].is_left_out = true; }
  // Whether that may be left out: false if the last document did not state it.
  [[nodiscard]] bool may_leave_out(const EventId& id) const {
    return last_.statements.empty() || left_out_.contains(id);
  }
  // It was decoded to its end. known: with all that came of it.
  void keep(const KnownOrder& known);
  // The decoder may not have taken it.
  void forget();

  // Whether all that the last document stated is known, so that it adds nothing if it is said
  // again.
  [[nodiscard]] bool knows_last() const noexcept { return complete_; }
  // How many things it stated.
  [[nodiscard]] size_t last_count() const noexcept { return last_.statements.size(); }
  // What that record of the last document stated; nothing: it had fewer records.
  [[nodiscard]] std::optional<std::span<const Statement>> last_record(size_t index) const;

 private:
  struct Said {
    std::vector<Statement> statements;
    std::vector<size_t> ends;  // of each record, among the statements
  };
  Said last_;
  Said now_;
  std::set<EventId> left_out_;  // of the last one
  bool begun_ = false;
  bool complete_ = false;
  bool spoiled_ = false;
};

}  // namespace kato
