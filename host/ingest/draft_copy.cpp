#include "host/ingest/draft_copy.h"

namespace kato {
namespace {

void keep(std::string_view& text, Arena& arena) {
  text = arena.copy(text);
}

template <class T, class Keep>
void keep_list(std::span<const T>& list, Arena& arena, Keep&& keep_one) {
  const auto kept = arena.make<T>(list.size());
  for (size_t i = 0; i < list.size(); ++i) {
    kept[i] = list[i];
    keep_one(kept[i]);
  }
  list = kept;
}

void keep_payload(Payload& payload, Arena& arena) {
  for (auto* const text :
       {&payload.text, &payload.phase, &payload.subtype, &payload.tool_call_id,
        &payload.parent_tool_call_id, &payload.tool_name, &payload.description, &payload.input_json,
        &payload.data_json, &payload.decision_id, &payload.decision_key, &payload.free_text,
        &payload.raw_type, &payload.raw_json, &payload.command, &payload.raw_argument,
        &payload.target, &payload.command_error}) {
    keep(*text, arena);
  }
  keep_list(payload.options, arena, [&](DecisionOption& option) {
    keep(option.label, arena);
    keep(option.description, arena);
  });
  keep_list(payload.selections, arena, [&](std::string_view& text) { keep(text, arena); });
  keep_list(payload.attachments, arena, [&](Attachment& attachment) {
    keep(attachment.media_type, arena);
    keep(attachment.name, arena);
    keep(attachment.hash, arena);
  });
}

}  // namespace

Draft copy_draft(const Draft& draft, Arena& arena) {
  Draft copy = draft;
  EventBody& body = copy.body;
  for (auto* const text :
       {&copy.record_key, &copy.part_key, &body.cursor.opaque, &body.provider_event_type,
        &body.provider_event_id, &body.provider_timestamp, &body.turn_id, &body.model}) {
    keep(*text, arena);
  }
  keep_payload(body.payload, arena);
  return copy;
}

}  // namespace kato
