#include "host/ingest/realignment.h"

#include <algorithm>

#include "host/base/hash.h"
#include "host/event/event_id.h"
#include "host/ingest/alignment.h"
#include "host/ingest/source_place.h"

namespace kato {
namespace {

// What a source states, in its order.
class Statements final : public StepListener {
 public:
  Statements(const std::string& session_id, const KnownOrder& known,
             const std::vector<HeldRange>& held)
      : session_id_(session_id), known_(known), missing_(held) {}

  void on_draft(const Draft& draft) override {
    const auto id = make_event_id(session_id_, draft.record_key, draft.part_key, {});
    statements_.push_back({.id = id,
                           .content = content_hash(draft.body),
                           .place = known_.place_of(id),
                           .is_said = is_said(draft.body.kind)});
  }
  void on_record(const RecordReport& record) override {
    if (record.offset_bytes < base_) return;
    if (record.offset_bytes >= last_offset_) {
      last_offset_ = record.offset_bytes;
      last_length_ = record.length_bytes;
      last_key_ = record.key;
    }
    std::erase_if(missing_, [&](const HeldRange& held) {
      return held.length_bytes == record.length_bytes &&
             hash64(bytes_.substr(record.offset_bytes - base_, record.length_bytes)) == held.hash;
    });
  }
  void on_facts(std::string_view, std::string_view) override {}
  void on_problem(uint64_t, std::string_view) override {}
  void on_step_bytes(std::string_view bytes, uint64_t base_offset_bytes) override {
    bytes_ = bytes;
    base_ = base_offset_bytes;
  }
  void on_host_record(HostOutcome, uint64_t, uint64_t) override {}
  void on_step_end() override {
    if (last_length_ == 0 || last_offset_ < base_) return;
    last_ = make_anchor(last_key_, last_offset_, bytes_.substr(last_offset_ - base_, last_length_));
  }

  [[nodiscard]] const std::vector<Statement>& all() const { return statements_; }
  [[nodiscard]] std::optional<RecordAnchor> last_record() const { return last_; }
  [[nodiscard]] std::vector<HeldRange> missing() && { return std::move(missing_); }

 private:
  const std::string& session_id_;
  const KnownOrder& known_;
  std::vector<HeldRange> missing_;
  std::vector<Statement> statements_;
  std::optional<RecordAnchor> last_;
  // Of the step that is going on.
  uint64_t last_offset_ = 0;
  uint64_t last_length_ = 0;
  std::string last_key_;
  std::string_view bytes_;
  uint64_t base_ = 0;
};

}  // namespace

Result<Realignment> realign(SourceDecoding& decoding, const std::string& session_id,
                            const EventMemory& known, const std::vector<HeldRange>& held) {
  const auto& order = *known.order();
  Statements statements(session_id, order, held);
  Realignment found;
  for (StepEnd end = StepEnd::kMore; end == StepEnd::kMore;) {
    const auto step = decoding.step(found.end_bytes, false, statements);
    if (!step) return forward(step);
    end = step->end;
    found.end_bytes = step->cursor;
  }
  const auto aligned = align(order, statements.all());
  auto& alignment = found.alignment;
  if (aligned.last_match) alignment.drafts_to_skip = *aligned.last_match + 1;
  if (aligned.known_end < order.size()) alignment.known_from = aligned.known_end;
  found.says_nothing = std::ranges::none_of(statements.all(), &Statement::is_said);
  const bool is_foreign = !aligned.last_match && !found.says_nothing && order.size() > 0;
  if (is_foreign) alignment.quiet_until_bytes = found.end_bytes;
  alignment.compared = statements.last_record();
  found.lost = std::move(statements).missing();
  return found;
}

}  // namespace kato
