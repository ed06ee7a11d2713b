#include "host/event/event_line.h"

#include "host/base/time_text.h"
#include "host/event/json_text.h"

namespace kato {
namespace {

std::string_view cursor_kind_name(CursorKind kind) {
  switch (kind) {
    case CursorKind::kByteOffset:
      return "byte-offset";
    case CursorKind::kItemIndex:
      return "item-index";
    case CursorKind::kOpaque:
      break;
  }
  return "opaque";
}

std::string_view level_name(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarning:
      return "warning";
    case Level::kError:
      return "error";
    case Level::kUnset:
      break;
  }
  return {};
}

void append_cursor(std::string& out, const Cursor& cursor) {
  JsonObject object(out);
  object.text("kind", cursor_kind_name(cursor.kind));
  if (cursor.kind == CursorKind::kOpaque) {
    object.text("value", cursor.opaque);
  } else {
    object.number("value", cursor.value);
  }
}

void append_attachments(std::string& out, JsonObject& object, const Payload& payload) {
  if (payload.attachments.empty()) return;
  object.key("attachments");
  append_json_array(out, payload.attachments, [&out](const Attachment& attachment) {
    JsonObject item(out);
    item.text_if_present("mediaType", attachment.media_type);
    item.text_if_present("name", attachment.name);
    if (attachment.size_bytes != kUnknownSize) item.number("size", attachment.size_bytes);
    item.text_if_present("hash", attachment.hash);
  });
}

void append_message(std::string& out, JsonObject& object, const Payload& payload) {
  object.text("text", payload.text);
  object.text_if_present("phase", payload.phase);
  append_attachments(out, object, payload);
}

void append_command(JsonObject& object, const Payload& payload) {
  object.text("command", payload.command);
  object.number("line", payload.command_line);
  object.text_if_present("rawArgument", payload.raw_argument);
  object.text_if_present("target", payload.target);
  object.text_if_present("error", payload.command_error);
}

void append_decision_response(std::string& out, JsonObject& object, const Payload& payload) {
  object.text("decisionId", payload.decision_id);
  object.key("selections");
  append_json_array(out, payload.selections,
                    [&out](std::string_view selection) { append_json_string(out, selection); });
  object.text_if_present("freeText", payload.free_text);
}

void append_decision_prompt(std::string& out, JsonObject& object, const Payload& payload) {
  object.text("decisionId", payload.decision_id);
  object.text("decisionKey", payload.decision_key);
  object.text("prompt", payload.text);
  object.key("options");
  append_json_array(out, payload.options, [&out](const DecisionOption& option) {
    JsonObject item(out);
    item.text("label", option.label);
    item.text_if_present("description", option.description);
  });
  object.flag_if_set("multiSelect", payload.multi_select);
}

void append_tool_call(JsonObject& object, const Payload& payload) {
  object.text("toolCallId", payload.tool_call_id);
  object.text("name", payload.tool_name);
  object.raw_if_present("input", payload.input_json);
  object.text_if_present("description", payload.description);
  object.text_if_present("parentToolCallId", payload.parent_tool_call_id);
}

void append_tool_result(JsonObject& object, const Payload& payload) {
  object.text("toolCallId", payload.tool_call_id);
  object.text("result", payload.text);
  object.flag_if_set("isError", payload.is_error);
  object.flag_if_set("truncated", payload.truncated);
}

void append_info(JsonObject& object, const Payload& payload) {
  object.text("subtype", payload.subtype);
  object.text_if_present("level", level_name(payload.level));
  object.text_if_present("text", payload.text);
  object.raw_if_present("data", payload.data_json);
}

void append_raw(std::string& out, JsonObject& object, const EventBody& body) {
  object.text("rawType", body.payload.raw_type);
  object.key("cursor");
  append_cursor(out, body.cursor);
  object.number("length", body.payload.raw_length_bytes);
  object.raw_if_present("record", body.payload.raw_json);
}

void append_payload(std::string& out, const EventBody& body) {
  JsonObject object(out);
  const Payload& payload = body.payload;
  switch (body.kind) {
    case EventKind::kUserMessage:
    case EventKind::kAssistantMessage:
      return append_message(out, object, payload);
    case EventKind::kUserKatoCommand:
      return append_command(object, payload);
    case EventKind::kUserDecisionResponse:
      return append_decision_response(out, object, payload);
    case EventKind::kAssistantThinking:
      return object.text("text", payload.text);
    case EventKind::kAssistantToolCall:
      return append_tool_call(object, payload);
    case EventKind::kAssistantToolResult:
      return append_tool_result(object, payload);
    case EventKind::kAssistantDecisionPrompt:
      return append_decision_prompt(out, object, payload);
    case EventKind::kSystemMessage:
      object.text("text", payload.text);
      return object.text("subtype", payload.subtype);
    case EventKind::kProviderInfo:
      return append_info(object, payload);
    case EventKind::kProviderRaw:
      return append_raw(out, object, body);
  }
}

void append_session(std::string& out, const SessionRef& session) {
  JsonObject object(out);
  object.text("provider", session.provider);
  object.text("providerSessionId", session.provider_session_id);
  object.text("sessionId", session.session_id);
}

void append_source(std::string& out, const EventBody& body) {
  JsonObject object(out);
  object.text("providerEventType", body.provider_event_type);
  object.text_if_present("providerEventId", body.provider_event_id);
  object.key("cursor");
  append_cursor(out, body.cursor);
  object.number("emitIndex", body.emit_index);
}

void append_time(std::string& out, const Event& event) {
  JsonObject object(out);
  object.text_if_present("providerTimestamp", event.body.provider_timestamp);
  if (event.captured_at) object.text("capturedAt", format_rfc3339(*event.captured_at));
}

}  // namespace

void append_event_line(std::string& out, const SessionRef& session, const Event& event) {
  const EventBody& body = event.body;
  JsonObject line(out);
  line.number("schemaVersion", kEventSchemaVersion);
  line.text("eventId", to_hex(event.id));
  line.key("session");
  append_session(out, session);
  line.number("seq", event.seq);
  line.text("kind", kind_name(body.kind));
  line.key("source");
  append_source(out, body);
  if (body.provider_timestamp.data() != nullptr || event.captured_at) {
    line.key("time");
    append_time(out, event);
  }
  line.text_if_present("turnId", body.turn_id);
  line.text_if_present("model", body.model);
  if (event.revises) line.text("revises", to_hex(*event.revises));
  line.flag_if_set("inherited", body.inherited);
  line.key("payload");
  append_payload(out, body);
}

// It stands before all texts that are not in quotes of their own.
std::string_view session_id_of_line(std::string_view line) {
  constexpr std::string_view kBefore = R"("sessionId":")";
  const auto at = line.find(kBefore);
  if (at == std::string_view::npos) return {};
  line.remove_prefix(at + kBefore.size());
  const auto end = line.find('"');
  return end == std::string_view::npos ? std::string_view() : line.substr(0, end);
}

}  // namespace kato
