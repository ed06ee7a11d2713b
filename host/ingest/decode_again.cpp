#include "host/ingest/decode_again.h"

#include <algorithm>

#include "host/ingest/decode_session.h"
#include "host/ingest/meta_making.h"

namespace kato {
namespace {

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

// Passes on what counts.
class DecodingAgain::Counted final : public EventListener {
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

DecodingAgain::DecodingAgain(AgainInput input, EventMemory& known, EventListener& into)
    : input_(std::move(input)),
      scratch_(from_the_beginning(input_.meta, input_.first_seq)),
      counted_(std::make_unique<Counted>(input_, into)),
      again_(input_.files, scratch_, known, *counted_, input_.support) {
  scratch_.unfinished_message = input_.unfinished;
}

DecodingAgain::~DecodingAgain() = default;

Result<bool> DecodingAgain::read_part(uint64_t part_bytes) {
  if (at_ == 0 && !is_within_) {
    if (auto readable = check_documents(); !readable) return forward(readable);
  }
  uint64_t left_bytes = part_bytes;
  const auto& interleaving = input_.meta.interleaving;
  for (; at_ < interleaving.size(); ++at_) {
    const auto done = read_stretch(interleaving[at_], left_bytes);
    if (!done || !*done) return done;
    is_within_ = false;
  }
  return true;
}

// One whose client is writing it has been left by the session, which knows what stood in it, and
// will stand there again; a client may also have made it empty.
Status DecodingAgain::check_documents() {
  for (size_t i = 0; i < input_.meta.sources.size(); ++i) {
    const SourceMeta& meta = input_.meta.sources[i];
    const auto& file = input_.sources[i].file;
    const bool is_document =
        meta.last_said || (file.root != nullptr && file.rule().growth == Growth::kDocument);
    const bool had_more = meta.alignment.history_gone || meta.last_said;
    const bool counts = is_document && meta.standing != SourceStanding::kSuperseded;
    if (!counts || !had_more || meta.cursor.value > 0) continue;
    const bool is_there = input_.files.info(file.path).has_value();
    if (is_there && file.root != nullptr) return written_just_now(file.path);
    lacks_document_ = true;
  }
  return {};
}

// False: the part is over before it.
Result<bool> DecodingAgain::read_stretch(const SourceStretch& stretch, uint64_t& left_bytes) {
  const auto& source = input_.sources[stretch.source];
  const auto& again = scratch_.sources[stretch.source];
  const auto& cursor = again.cursor.value;
  bool goes_on = source.file.root != nullptr;
  if (goes_on && !is_within_) counted_->begin_source(stretch.source);
  is_within_ = true;
  while (goes_on && cursor < stretch.end) {
    if (left_bytes == 0) return false;
    const uint64_t before = cursor;
    const bool is_aligned = again.alignment.due;
    const Arrival backfill{.until_bytes = stretch.end, .most_bytes = left_bytes};
    const auto step = again_.step(stretch.source, source, backfill, input_.buffer);
    if (!step) return forward(step);
    // One that is no longer what it was a moment ago is not what the session has read either.
    const bool is_another = step->realigned && !is_aligned;
    const bool is_being_written =
        step->end == StepEnd::kShrinking || step->end == StepEnd::kRetryLater || is_another;
    if (is_being_written) return written_just_now(source.file.path);
    left_bytes -= std::min(left_bytes, step->read_bytes);
    goes_on = step->realigned || cursor != before;
  }
  if (cursor >= stretch.end) return true;
  // A log that went away while it is read may come back, or be packed: half of it is not what is
  // left of it. Nor is what another one holds that the session knows of.
  const auto& known = input_.meta.sources;
  const bool may_be_elsewhere =
      known.size() > 1 && known[stretch.source].standing == SourceStanding::kActive;
  const bool was_there = (cursor > 0 || may_be_elsewhere) && source.file.root != nullptr;
  if (was_there && !input_.files.info(source.file.path)) return written_just_now(source.file.path);
  missing_bytes_ += stretch.end - cursor;
  return true;
}

AgainOutcome DecodingAgain::outcome() const {
  return {.next_seq = scratch_.next_seq,
          .missing_bytes = missing_bytes_,
          .lacks_document = lacks_document_};
}

Result<AgainOutcome> decode_again(const AgainInput& input, EventMemory& known,
                                  EventListener& into) {
  DecodingAgain again(input, known, into);
  const auto done = again.read_part(UINT64_MAX);
  if (!done) return forward(done);
  return again.outcome();
}

}  // namespace kato
