#include "host/ingest/sequencer.h"

#include "host/base/hash.h"
#include "host/command/command_parser.h"
#include "host/event/event_id.h"

namespace kato {

void Sequencer::take(const Draft& draft, const RecordHash& record_hash) {
  const EventId id = make_event_id(session_.session_id, draft.record_key, draft.part_key, {});
  const uint64_t content = known_.keeps_content() ? content_hash(draft.body) : 0;
  if (!known_.knows(id)) {
    const bool stated_before =
        draft.relisted && known_.compares_content() && known_.knows_content(content);
    if (!stated_before) emit(draft, id, std::nullopt, content);
    return;
  }
  if (!draft.revisable || is_restatement(draft, id, content)) return;
  const auto revision = to_hex(record_hash(draft.record_offset_bytes, draft.record_length_bytes));
  const EventId revised =
      make_event_id(session_.session_id, draft.record_key, draft.part_key, revision);
  if (!known_.knows(revised)) emit(draft, revised, id, content);
}

bool Sequencer::is_restatement(const Draft& draft, const EventId& id, uint64_t content) const {
  if (!known_.compares_content()) return true;
  if (known_.content_of(id) == content) return true;
  return draft.relisted && known_.knows_content(content);
}

void Sequencer::emit(const Draft& draft, const EventId& id, std::optional<EventId> revises,
                     uint64_t content) {
  Event event{.body = draft.body,
              .id = id,
              .seq = next_seq_++,
              .revises = revises,
              .captured_at = capture_time_};
  if (event.body.kind == EventKind::kProviderRaw) {
    event.body.payload.raw_length_bytes = draft.record_length_bytes;
  }
  known_.add(id, content);
  const auto right = draft.relisted || draft.body.inherited || revises ? CommandRight::kNever
                                                                       : CommandRight::kMayCommand;
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
