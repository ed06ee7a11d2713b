#include "host/ingest/inspection.h"

#include <algorithm>

#include "host/ingest/decode_session.h"

namespace kato {
namespace {

std::string_view outcome_name(RecordOutcome outcome) {
  switch (outcome) {
    case RecordOutcome::kMapped:
      return "mapped";
    case RecordOutcome::kInfo:
      return "info";
    case RecordOutcome::kRaw:
      return "raw";
    case RecordOutcome::kIgnored:
      return "ignored";
    case RecordOutcome::kMalformed:
      return "malformed";
    case RecordOutcome::kHeld:
      return "incomplete";
    case RecordOutcome::kUnchanged:
      break;
  }
  return "raw";
}

std::string_view outcome_name(HostOutcome outcome) {
  switch (outcome) {
    case HostOutcome::kMalformed:
      return "malformed";
    case HostOutcome::kOversize:
      return "oversize";
    case HostOutcome::kIncomplete:
      return "incomplete";
  }
  return "malformed";
}

// Sums up the records of one source after the other.
class Account final : public EventListener, public RecordListener {
 public:
  explicit Account(Inspection& inspection) : inspection_(inspection) {}

  void begin_source(Growth growth) {
    document_ = growth == Growth::kDocument;
    lines_ = 0;
    record_end_ = 0;
    settle_held();
  }

  void on_event(const Event&, CommandRight) override {}

  void on_step_bytes(std::string_view bytes, uint64_t base_offset_bytes) override {
    bytes_ = bytes;
    inspection_.total_bytes = std::max(inspection_.total_bytes, base_offset_bytes + bytes.size());
  }

  void on_record(const RecordReport& record) override {
    inspection_.repaired_characters += record.repaired_count;
    if (record.outcome == RecordOutcome::kHeld) {
      held_[record.offset_bytes] = {std::string(record.type), record.length_bytes};
      count_line(record.offset_bytes, record.length_bytes);
      return;
    }
    if (held_.erase(record.offset_bytes) == 0) count_line(record.offset_bytes, record.length_bytes);
    add(record.type, outcome_name(record.outcome), record.reason, record.length_bytes);
    const bool told = !inspection_.problems.empty() &&
                      inspection_.problems.back().offset_bytes == record.offset_bytes;
    if (record.outcome == RecordOutcome::kMalformed && !told) {
      add_problem(record.offset_bytes, record.reason.empty() ? "malformed" : record.reason);
    }
  }

  void on_host_record(HostOutcome outcome, uint64_t offset_bytes, uint64_t length_bytes) override {
    count_line(offset_bytes, length_bytes);
    add("", outcome_name(outcome), "", length_bytes);
    add_problem(offset_bytes, outcome_name(outcome));
  }

  void on_problem(uint64_t offset_bytes, std::string_view message) override {
    add_problem(offset_bytes, message);
  }

  // What is held at the end was never decided.
  void settle_held() {
    for (const auto& [offset, held] : held_) {
      add(held.first, "incomplete", "held", held.second);
    }
    held_.clear();
  }

  void finish() {
    settle_held();
    for (auto& [key, sums] : sums_) {
      inspection_.records.push_back({.type = std::get<0>(key),
                                     .outcome = std::get<1>(key),
                                     .reason = std::get<2>(key),
                                     .count = sums.first,
                                     .bytes = sums.second});
    }
  }

 private:
  void add(std::string_view type, std::string_view outcome, std::string_view reason,
           uint64_t bytes) {
    auto& [count, sum] = sums_[{std::string(type), std::string(outcome), std::string(reason)}];
    ++count;
    sum += bytes;
    inspection_.accounted_bytes += bytes;
  }

  // In a log each record is a line.
  void count_line(uint64_t offset, uint64_t length) {
    if (offset < record_end_) return;
    ++lines_;
    record_end_ = offset + length;
  }

  [[nodiscard]] uint64_t line_at(uint64_t offset) const {
    if (offset == UINT64_MAX) return 0;
    if (document_) {
      const auto before = bytes_.substr(0, std::min<uint64_t>(offset, bytes_.size()));
      return 1 + static_cast<uint64_t>(std::ranges::count(before, '\n'));
    }
    return offset < record_end_ ? lines_ : lines_ + 1;
  }

  void add_problem(uint64_t offset, std::string_view what) {
    ++inspection_.problem_count;
    if (inspection_.problems.size() >= Inspection::kMostProblems) return;
    inspection_.problems.push_back(
        {.line = line_at(offset), .offset_bytes = offset, .what = std::string(what)});
  }

  using Key = std::tuple<std::string, std::string, std::string>;
  Inspection& inspection_;
  std::map<Key, std::pair<uint64_t, uint64_t>> sums_;
  std::map<uint64_t, std::pair<std::string, uint64_t>> held_;  // type and length by offset
  std::string_view bytes_;
  uint64_t lines_ = 0;
  uint64_t record_end_ = 0;
  bool document_ = false;
};

}  // namespace

Result<Inspection> inspect(FileSystem& files, const Session& session) {
  Inspection inspection;
  const auto& identity = session.identity();
  inspection.summary.add_facts(identity.project_directory, identity.client_version);
  Account account(inspection);
  FreshEventMemory known(restates(session));
  EventPipeline pipeline(session.ref, known, 1, inspection.summary, account, &account);
  const OneShot how{.keep_going = [] { return true; },
                    .on_source =
                        [&account](const SessionSource& source) {
                          account.begin_source(source.file.rule().growth);
                        }};
  if (auto done = decode_session(files, session, pipeline, how); !done) return forward(done);
  account.finish();
  return inspection;
}

}  // namespace kato
