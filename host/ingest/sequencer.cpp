#include "host/ingest/sequencer.h"

#include "host/base/hash.h"
#include "host/command/command_parser.h"
#include "host/event/event_id.h"
#include "host/ingest/draft_copy.h"

namespace kato {

bool Sequencer::skips_one() {
  if (alignment_ == nullptr || alignment_->drafts_to_skip == 0) return false;
  --alignment_->drafts_to_skip;
  return true;
}

void Sequencer::take(const Draft& draft, const RecordHash& record_hash) {
  const EventId id = make_event_id(session_.session_id, draft.record_key, draft.part_key, {});
  const uint64_t content = known_.keeps_content() ? content_hash(draft.body) : 0;
  const bool stated_again =
      in_document_ || (restates_ && draft.relisted && known_.order() != nullptr);
  const bool goes_on = in_document_ || run_.empty() ||
                       run_.back().draft.record_offset_bytes == draft.record_offset_bytes;
  if (!run_.empty() && !(stated_again && goes_on)) end_run(record_hash);
  if (!stated_again) return take_now(draft, id, content, right_of(draft), record_hash);
  run_.push_back(
      {.draft = copy_draft(draft, arena_), .statement = statement_of(draft, id, content)});
}

void Sequencer::end_run(const RecordHash& record_hash) {
  std::vector<Statement> statements;
  statements.reserve(run_.size());
  for (const auto& kept : run_) {
    statements.push_back(kept.statement);
  }
  const auto aligned = statements.empty() ? Aligned{} : align(*known_.order(), statements);
  const bool anything_known = known_.order() != nullptr && known_.order()->size() > 0;
  for (size_t i = 0; i < run_.size(); ++i) {
    const auto& [draft, statement] = run_[i];
    if (aligned.matches[i] == Match::kByContent) continue;
    const bool before_a_match = aligned.last_match && i < *aligned.last_match;
    // History that was worded anew. Where the log kept its keys it is a part that came late.
    if (before_a_match && !aligned.any_by_id) continue;
    const bool is_new = !anything_known || (aligned.last_match && !before_a_match);
    take_now(draft, statement.id, statement.content,
             is_new ? right_of(draft) : CommandRight::kNever, record_hash);
  }
  run_.clear();
  arena_.clear();
}

void Sequencer::take_now(const Draft& draft, const EventId& id, uint64_t content,
                         CommandRight right, const RecordHash& record_hash) {
  if (known_.knows(id)) {
    pass_known(id);
    return take_known(draft, id, content, record_hash);
  }
  if (follows_what_is_known(statement_of(draft, id, content))) return;
  emit(draft, id, std::nullopt, content, right);
}

void Sequencer::take_known(const Draft& draft, const EventId& id, uint64_t content,
                           const RecordHash& record_hash) {
  const auto* const order = known_.order();
  if (!restates_ || !draft.revisable || order == nullptr || order->content_of(id) == content) {
    return;
  }
  if (draft.relisted && order->count_of(content) > 0) return;
  const auto revision = to_hex(record_hash(draft.record_offset_bytes, draft.record_length_bytes));
  const EventId revised =
      make_event_id(session_.session_id, draft.record_key, draft.part_key, revision);
  if (!known_.knows(revised)) emit(draft, revised, id, content, CommandRight::kNever);
}

// What comes next is compared with what follows this event only.
void Sequencer::pass_known(const EventId& id) {
  if (alignment_ == nullptr || !alignment_->known_from || known_.order() == nullptr) return;
  const auto place = known_.order()->place_of(id);
  if (place && *place >= *alignment_->known_from) alignment_->known_from = *place + 1;
}

// A log that is being written anew may still be stating what is known.
bool Sequencer::follows_what_is_known(const Statement& statement) {
  if (alignment_ == nullptr || !alignment_->known_from || known_.order() == nullptr) return false;
  const auto place = known_.order()->next_with(statement.content, *alignment_->known_from);
  if (place) {
    alignment_->known_from = *place + 1;
  } else if (statement.is_said) {
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
