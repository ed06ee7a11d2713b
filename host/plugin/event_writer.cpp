#include "host/plugin/event_writer.h"

#include "host/base/hash.h"
#include "host/base/time_text.h"
#include "host/plugin/c_types.h"

namespace kato::plugin {

kato_session_ref c_session_of(const SessionRef& session) {
  return {.struct_size = sizeof(kato_session_ref),
          .provider = c_str_of(session.provider),
          .provider_session_id = c_str_of(session.provider_session_id),
          .session_id = c_str_of(session.session_id)};
}

const kato_event_list& EventWriter::write(std::span<const RenderEvent> events,
                                          const kato_session_ref& session) {
  if (slots_.size() < events.size()) slots_.resize(events.size());
  events_.clear();
  for (size_t i = 0; i < events.size(); ++i) {
    fill(slots_[i], events[i]);
    slots_[i].event.session = &session;
    events_.push_back(&slots_[i].event);
  }
  list_ = {sizeof(kato_event_list), 0, events_.data(), events_.size()};
  return list_;
}

void EventWriter::fill(Slot& slot, const RenderEvent& rendered) {
  const Event& event = *rendered.event;
  const EventBody& body = event.body;
  slot.event_id = to_hex(event.id);
  slot.revises = event.revises ? to_hex(*event.revises) : std::string();
  slot.captured_at = event.captured_at ? format_rfc3339(*event.captured_at) : std::string();
  const auto time = shown_time(event);
  const Payload& payload = body.payload;
  fill_payload(slot, payload);
  slot.event = {.struct_size = sizeof(kato_event),
                .kind = static_cast<int32_t>(body.kind),
                .flags = body.inherited ? static_cast<uint32_t>(KATO_EVENT_INHERITED) : 0U,
                .utc_offset_s = rendered.utc_offset_s,
                .event_id = c_str_of(slot.event_id),
                .seq = event.seq,
                .session = nullptr,
                .revises = c_str_or_absent(slot.revises),
                .provider_event_type = c_str_of(body.provider_event_type),
                .provider_event_id = c_str_of(body.provider_event_id),
                .cursor = {.kind = static_cast<int32_t>(body.cursor.kind),
                           .reserved = 0,
                           .value = body.cursor.value,
                           .opaque = c_str_of(body.cursor.opaque)},
                .emit_index = body.emit_index,
                .reserved = 0,
                .provider_timestamp = c_str_of(body.provider_timestamp),
                .captured_at = c_str_or_absent(slot.captured_at),
                .time_unix_ms = time ? time->value : KATO_NO_TIME,
                .turn_id = c_str_of(body.turn_id),
                .model = c_str_of(body.model),
                .payload = &slot.payload,
                .command = c_str_of(payload.command),
                .raw_argument = c_str_of(payload.raw_argument),
                .target = c_str_of(payload.target),
                .command_error = c_str_of(payload.command_error),
                .command_line = payload.command_line,
                .canonical_json = c_str_or_absent(rendered.canonical_json)};
}

void EventWriter::fill_payload(Slot& slot, const Payload& payload) {
  slot.options.clear();
  for (const auto& option : payload.options) {
    slot.options.push_back(
        {sizeof(kato_option), c_str_of(option.label), c_str_of(option.description)});
  }
  slot.selections.clear();
  for (const auto selection : payload.selections) {
    slot.selections.push_back(c_str_of(selection));
  }
  slot.attachments.clear();
  for (const auto& attachment : payload.attachments) {
    slot.attachments.push_back({sizeof(kato_attachment), c_str_of(attachment.media_type),
                                c_str_of(attachment.name), attachment.size_bytes,
                                c_str_of(attachment.hash)});
  }
  uint32_t flags = 0;
  if (payload.is_error) flags |= KATO_PAYLOAD_IS_ERROR;
  if (payload.truncated) flags |= KATO_PAYLOAD_TRUNCATED;
  if (payload.multi_select) flags |= KATO_PAYLOAD_MULTI_SELECT;
  slot.payload = {.struct_size = sizeof(kato_payload),
                  .flags = flags,
                  .text = c_str_of(payload.text),
                  .phase = c_str_of(payload.phase),
                  .subtype = c_str_of(payload.subtype),
                  .level = static_cast<int32_t>(payload.level),
                  .reserved = 0,
                  .tool_call_id = c_str_of(payload.tool_call_id),
                  .parent_tool_call_id = c_str_of(payload.parent_tool_call_id),
                  .tool_name = c_str_of(payload.tool_name),
                  .description = c_str_of(payload.description),
                  .input_json = c_str_of(payload.input_json),
                  .data_json = c_str_of(payload.data_json),
                  .decision_id = c_str_of(payload.decision_id),
                  .decision_key = c_str_of(payload.decision_key),
                  .free_text = c_str_of(payload.free_text),
                  .raw_type = c_str_of(payload.raw_type),
                  .options = slot.options.data(),
                  .option_count = slot.options.size(),
                  .selections = slot.selections.data(),
                  .selection_count = slot.selections.size(),
                  .attachments = slot.attachments.data(),
                  .attachment_count = slot.attachments.size()};
}

}  // namespace kato::plugin
