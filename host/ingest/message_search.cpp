#include "host/ingest/message_search.h"

#include "host/event/event_id.h"
#include "host/ingest/decode_session.h"
#include "host/ingest/source_decoding.h"

namespace kato {
namespace {

// So many drafts tell whether two logs have a beginning in common: a copy may begin with lines of
// its own, or leave some out.
constexpr size_t kMostFirstDrafts = 64;

class Search final : public StepListener {
 public:
  explicit Search(const SoughtMessage& sought) : sought_(sought) {}

  void on_draft(const Draft& draft) override {
    if (is_over()) return;
    const auto id = make_event_id(sought_.session_id, draft.record_key, draft.part_key, {});
    ++drafts_;
    is_related_ = is_related_ || sought_.knows(id);
    is_found_ = id == sought_.event_id;
  }
  void on_record(const RecordReport&) override {}
  void on_facts(std::string_view, std::string_view) override {}
  void on_problem(uint64_t, std::string_view) override {}
  void on_step_bytes(std::string_view, uint64_t) override {}
  void on_host_record(HostOutcome, uint64_t, uint64_t) override {}
  void on_step_end() override {}

  [[nodiscard]] bool is_found() const { return is_found_; }
  [[nodiscard]] bool is_over() const {
    return is_found_ || (!is_related_ && drafts_ >= kMostFirstDrafts);
  }

 private:
  const SoughtMessage& sought_;
  size_t drafts_ = 0;
  bool is_related_ = false;
  bool is_found_ = false;
};

}  // namespace

Result<bool> holds_message(FileSystem& files, const SessionSource& log,
                           const SoughtMessage& sought) {
  const auto& file = log.file;
  SourceBuffer buffer;
  auto reader = SourceReader::open(files, file.path, file.root->rules.rule(file.pattern).packing,
                                   buffer, file.root->policy.limits);
  if (!reader) return forward(reader);
  auto decoder = open_decoder(log, *reader);
  if (!decoder) return forward(decoder);
  SourceDecoding decoding(*reader, **decoder, file.rule().growth);
  Search search(sought);
  for (StepOutcome last; last.end == StepEnd::kMore && !search.is_over();) {
    const auto step = decoding.step(last.cursor, true, search);
    if (!step) return forward(step, file.path);
    if (step->end == StepEnd::kShrinking) return written_just_now(file.path);
    last = *step;
  }
  return search.is_found();
}

}  // namespace kato
