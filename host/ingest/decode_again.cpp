#include "host/ingest/decode_again.h"

#include <algorithm>

#include "host/ingest/decode_session.h"
#include "host/ingest/meta_making.h"

namespace kato {
namespace {

// Passes on what counts.
class Counted final : public EventListener {
 public:
  Counted(const AgainInput& input, EventListener& into) : input_(input), into_(into) {}

  void begin_source(size_t index) {
    const auto& source = input_.sources[index];
    const auto& meta = input_.meta.sources[index];
    const auto now = input_.files.info(source.file.path);
    const bool is_document = source.file.rule().growth == Growth::kDocument;
    const bool takes_all = input_.takes_unmet && now && is_as_read(meta, *now);
    only_met_ = is_document && input_.has_met && !takes_all;
  }
  void on_event(const Event& event, CommandRight right) override {
    if (only_met_ && !input_.has_met(event)) return;
    into_.on_event(event, right);
  }

 private:
  const AgainInput& input_;
  EventListener& into_;
  bool only_met_ = false;
};

SessionMeta from_the_beginning(const SessionMeta& meta, uint64_t first_seq) {
  SessionMeta scratch;
  scratch.identity = meta.identity;
  scratch.next_seq = first_seq;
  bool has_whole = false;
  for (const auto& source : meta.sources) {
    SourceMeta& again = scratch.sources.emplace_back();
    again.path = source.path;
    again.root = source.root;
    again.role = source.role;
    // The second one that holds the whole session states again what the first one did.
    const bool whole = source.role != SourceRole::kContinuation && source.cursor.value > 0;
    again.alignment.due = whole && has_whole;
    has_whole = has_whole || whole;
  }
  return scratch;
}

}  // namespace

Result<AgainOutcome> decode_again(const AgainInput& input, EventMemory& known,
                                  EventListener& into) {
  auto scratch = from_the_beginning(input.meta, input.first_seq);
  scratch.unfinished_message = input.unfinished;
  Counted counted(input, into);
  SessionIngest again(input.files, scratch, known, counted, input.support);
  AgainOutcome outcome;
  for (const auto& stretch : input.meta.interleaving) {
    const auto& source = input.sources[stretch.source];
    const auto& cursor = scratch.sources[stretch.source].cursor.value;
    if (source.file.root != nullptr) counted.begin_source(stretch.source);
    bool goes_on = source.file.root != nullptr;
    while (goes_on && cursor < stretch.end) {
      const uint64_t before = cursor;
      const Arrival backfill{.until_bytes = stretch.end};
      const auto step = again.step(stretch.source, source, backfill, input.buffer);
      if (!step) return forward(step);
      if (step->end == StepEnd::kShrinking) return written_just_now(source.file.path);
      goes_on = step->realigned || cursor != before;
    }
    if (cursor < stretch.end) outcome.missing_bytes += stretch.end - cursor;
  }
  outcome.next_seq = scratch.next_seq;
  return outcome;
}

}  // namespace kato
