#include "host/ingest/sequencer.h"

#include "host/base/hash.h"
#include "host/command/command_parser.h"
#include "host/event/event_id.h"
#include "host/ingest/draft_copy.h"

namespace kato {

void note_unfinished(std::optional<EventId>& message, const Event& event) {
  if (event.body.kind == EventKind::kUserMessage) {
    message = event.id;
  } else if (event.body.kind != EventKind::kUserKatoCommand) {
    message.reset();
  }
}

bool Sequencer::skips(const Draft& draft) {
  if (alignment_ == nullptr || alignment_->drafts_to_skip == 0) return false;
  --alignment_->drafts_to_skip;
  states_gone_ = true;
  complete(draft, make_event_id(session_.session_id, draft.record_key, draft.part_key, {}),
           std::nullopt);
  return true;
}

void Sequencer::begin_document(DocumentMemory* memory) {
  in_document_ = known_.order() != nullptr && known_.order()->size() > 0;
  document_ = memory;
  if (document_ == nullptr) return;
  document_->begin();
  statements_.reserve(document_->last_count());
  run_.reserve(document_->last_count());
}

void Sequencer::take(const Draft& draft) {
  const EventId id = make_event_id(session_.session_id, draft.record_key, draft.part_key, {});
  const uint64_t content = known_.keeps_content() ? content_hash(draft.body) : 0;
  const bool stated_again =
      in_document_ || (restates_ && draft.relisted && known_.order() != nullptr);
  const bool goes_on =
      in_document_ || run_.empty() || run_.back().record_offset_bytes == draft.record_offset_bytes;
  if (!run_.empty() && !(stated_again && goes_on)) end_run();
  const bool of_document = in_document_ || document_ != nullptr;
  const Statement statement{.id = id,
                            .content = content,
                            .place = stated_again ? known_.order()->place_of(id) : std::nullopt,
                            .is_said = is_said(draft.body.kind),
                            .has_own_id = of_document && !draft.body.provider_event_id.empty()};
  said_anything_ = said_anything_ || statement.is_said;
  if (document_ != nullptr) document_->add(statement);
  if (stated_again) return keep_back(draft, statement);
  take_now(draft, id, content, right_of(draft));
}

void Sequencer::take_again(uint64_t record_offset_bytes, const Statement& statement) {
  said_anything_ = said_anything_ || statement.is_said;
  document_->add(statement);
  statements_.push_back(statement);
  run_.push_back({.record_offset_bytes = record_offset_bytes});
}

void Sequencer::keep_back(const Draft& draft, const Statement& statement) {
  statements_.push_back(statement);
  Kept kept{.record_offset_bytes = draft.record_offset_bytes};
  if (retelling_ != nullptr && statement.place && !draft.revisable &&
      known_.order()->content_at(*statement.place) != statement.content) {
    retelling_->note_content(statement.id, *statement.place, statement.content);
  }
  if (!adds_nothing(draft, statement)) {
    auto& copy = arena_.make<Draft>(1).front();
    copy = copy_draft(draft, arena_);
    kept.draft = &copy;
  }
  run_.push_back(kept);
}

// Most of what a log states again.
bool Sequencer::adds_nothing(const Draft& draft, const Statement& statement) const {
  if (!statement.place) return false;
  if (unfinished_ != nullptr && *unfinished_ == statement.id) return false;
  return !restates_ || !draft.revisable ||
         known_.order()->content_at(*statement.place) == statement.content;
}

void Sequencer::end_run() {
  if (run_.empty()) return;
  auto aligned = align(*known_.order(), statements_);
  if (in_document_) match_moved(*known_.order(), statements_, aligned);
  const size_t past =
      retelling_ != nullptr ? retelling_->past_of(*known_.order(), statements_, aligned) : 0;
  const bool after_silence = known_.order()->size() == 0 ||
                             (in_document_ && alignment_ != nullptr && alignment_->was_silent);
  for (size_t i = 0; i < run_.size(); ++i) {
    const auto& statement = statements_[i];
    if (aligned.matches[i] == Match::kByContent) continue;
    if (is_left_out(i, past, aligned)) {
      if (retelling_ != nullptr) retelling_->leave_out(statement.id);
      if (document_ != nullptr) document_->leave_out(i);
      continue;
    }
    const bool before_a_match = aligned.last_match && i < *aligned.last_match;
    // History that was worded anew. Where the log kept its keys it is a part that came late.
    if (before_a_match && !aligned.any_by_id) {
      if (document_ != nullptr) document_->spoil();
      continue;
    }
    if (run_[i].draft == nullptr) {
      pass_known(statement.id);
      continue;
    }
    const auto& draft = *run_[i].draft;
    const bool is_new = aligned.last_match ? !before_a_match : after_silence;
    take_now(draft, statement.id, statement.content,
             is_new ? right_of(draft) : CommandRight::kNever);
  }
  statements_.clear();
  run_.clear();
  arena_.clear();
}

bool Sequencer::is_left_out(size_t index, size_t past, const Aligned& aligned) const {
  const auto& statement = statements_[index];
  if (statement.is_left_out) return true;
  if (retelling_ == nullptr || aligned.matches[index] != Match::kNone) return false;
  if (retelling_->has_changed(run_[index].record_offset_bytes)) return false;
  const bool is_amid = aligned.last_match && index < *aligned.last_match;
  if (is_amid && retelling_->leaves_out(statement.id)) return true;
  if (index >= past) return false;
  return document_ == nullptr || document_->may_leave_out(statement.id);
}

void Sequencer::take_now(const Draft& draft, const EventId& id, uint64_t content,
                         CommandRight right) {
  if (known_.knows(id)) {
    pass_known(id);
    complete(draft, id, std::nullopt);
    return take_known(draft, id, content);
  }
  if (follows_what_is_known(content, is_said(draft.body.kind))) return;
  emit(draft, id, std::nullopt, content, right);
}

// A revision is known by what the part says now: its record may change in other parts too, and in
// what separates it from the next one, while the part stays as it is.
void Sequencer::take_known(const Draft& draft, const EventId& id, uint64_t content) {
  const auto* const order = known_.order();
  if (!restates_ || !draft.revisable || order == nullptr || order->content_of(id) == content) {
    return;
  }
  if (draft.relisted && order->count_of(content) > 0) return;
  const auto place = order->place_of(id);
  if (retelling_ != nullptr && place && retelling_->is_told_otherwise(draft, *place)) {
    return retelling_->note_content(id, *place, content);
  }
  const EventId revised =
      make_event_id(session_.session_id, draft.record_key, draft.part_key, to_hex(content));
  if (known_.knows(revised)) return complete(draft, revised, id);
  emit(draft, revised, id, content, CommandRight::kNever);
}

// What comes next is compared with what follows this event only.
void Sequencer::pass_known(const EventId& id) {
  if (alignment_ == nullptr || !alignment_->known_from) return;
  states_gone_ = true;
  const auto place = known_.order() != nullptr ? known_.order()->place_of(id) : std::nullopt;
  if (place && *place >= *alignment_->known_from) alignment_->known_from = *place + 1;
}

// A log that is being written anew may still be stating what is known.
bool Sequencer::follows_what_is_known(uint64_t content, bool is_said) {
  if (alignment_ == nullptr || !alignment_->known_from || known_.order() == nullptr) return false;
  const auto place = known_.order()->next_with(content, *alignment_->known_from);
  if (place) {
    alignment_->known_from = *place + 1;
  } else if (is_said) {
    alignment_->known_from.reset();
  }
  return place.has_value();
}

CommandRight Sequencer::right_of(const Draft& draft) const {
  const bool quiet =
      alignment_ != nullptr && draft.record_offset_bytes < alignment_->quiet_until_bytes;
  return draft.body.inherited || quiet ? CommandRight::kNever : CommandRight::kMayCommand;
}

void Sequencer::emit(const Draft& draft, const EventId& id, std::optional<EventId> revises,
                     uint64_t content, CommandRight right) {
  Event event{.body = draft.body,
              .id = id,
              .seq = next_seq_++,
              .revises = revises,
              .captured_at = capture_time_};
  if (event.body.kind == EventKind::kProviderRaw) {
    event.body.payload.raw_length_bytes = draft.record_length_bytes;
  }
  known_.add(id, content);
  listener_.on_event(event, right);
  if (event.body.kind == EventKind::kUserMessage) emit_commands(event, draft, right);
}

// The message itself commands, if it may; these events only tell of it.
void Sequencer::complete(const Draft& draft, const EventId& id, std::optional<EventId> revises) {
  if (unfinished_ == nullptr || *unfinished_ != id) return;
  const Event message{
      .body = draft.body, .id = id, .seq = 0, .revises = revises, .captured_at = capture_time_};
  emit_commands(message, draft, CommandRight::kNever);
  unfinished_->reset();
}

void Sequencer::emit_commands(const Event& message, const Draft& draft, CommandRight right) {
  if (message.body.payload.text.find("::") == std::string_view::npos) return;
  const auto found = parse_commands(message.body.payload.text);
  uint32_t index = 0;
  for (const auto& command : found.commands) {
    const auto part = std::string(draft.part_key) + "/command/" + std::to_string(index);
    Event event{.body = {.kind = EventKind::kUserKatoCommand,
                         .inherited = message.body.inherited,
                         .emit_index = message.body.emit_index + ++index,
                         .cursor = message.body.cursor,
                         .provider_event_type = message.body.provider_event_type,
                         .provider_event_id = message.body.provider_event_id,
                         .provider_timestamp = message.body.provider_timestamp,
                         .turn_id = message.body.turn_id,
                         .model = {},
                         .payload = {}},
                .id = make_event_id(session_.session_id, draft.record_key, part,
                                    message.revises ? to_hex(message.id) : std::string()),
                .seq = next_seq_,
                .revises = std::nullopt,
                .captured_at = message.captured_at};
    Payload& payload = event.body.payload;
    payload.command = command_name(command.kind);
    payload.command_line = command.line;
    if (!command.raw_argument.empty()) payload.raw_argument = command.raw_argument;
    if (!command.target.empty()) payload.target = command.target;
    if (!command.error.empty()) payload.command_error = command.error;
    if (known_.knows(event.id)) continue;
    ++next_seq_;
    known_.add(event.id, known_.keeps_content() ? content_hash(event.body) : 0);
    listener_.on_event(event, right);
  }
}

}  // namespace kato
