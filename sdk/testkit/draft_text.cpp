#include <kato/common.hpp>
#include <kato/testkit/fake_host.hpp>
#include <kato/testkit/transcript.hpp>

namespace kato::testkit {
namespace {

constexpr size_t kLongText = 96;

// "name=text " with the text shortened, and nothing if it is absent.
class Line {
 public:
  void add(std::string_view name, kato_str text) {
    if (text.data == nullptr) return;
    line_ += ' ';
    line_ += name;
    line_ += '=';
    const auto view = sdk::view(text);
    for (const char c : view.substr(0, kLongText)) {
      if (c == '\n') {
        line_ += "\\n";
      } else {
        line_ += c;
      }
    }
    if (view.size() > kLongText) {
      line_ += "...(" + std::to_string(view.size()) + " bytes, " +
               std::to_string(FakeHost::hash_of(view)) + ")";
    }
  }
  void add(std::string_view name, uint64_t value) {
    if (value != 0) line_ += " " + std::string(name) + "=" + std::to_string(value);
  }
  void add(std::string_view text) { line_ += text; }
  std::string take() { return std::move(line_); }

 private:
  std::string line_;
};

void add_lists(Line& line, const kato_payload& payload) {
  const sdk::Strided options(payload.options, payload.option_count);
  for (size_t i = 0; i < options.size(); ++i) {
    line.add("option", options[i].label);
    line.add("described", options[i].description);
  }
  for (size_t i = 0; i < payload.selection_count; ++i) {
    line.add("selection", payload.selections[i]);
  }
  const sdk::Strided attachments(payload.attachments, payload.attachment_count);
  for (size_t i = 0; i < attachments.size(); ++i) {
    line.add("attachment", attachments[i].media_type);
    line.add("named", attachments[i].name);
    line.add("sized", attachments[i].size_bytes);
    line.add("hashed", attachments[i].hash);
  }
}

}  // namespace

std::string kind_text(int32_t kind) {
  switch (kind) {
    case KATO_USER_MESSAGE:
      return "user.message";
    case KATO_USER_KATO_COMMAND:
      return "user.kato-command";
    case KATO_USER_DECISION_RESPONSE:
      return "user.decision.response";
    case KATO_ASSISTANT_MESSAGE:
      return "assistant.message";
    case KATO_ASSISTANT_THINKING:
      return "assistant.thinking";
    case KATO_ASSISTANT_TOOL_CALL:
      return "assistant.tool.call";
    case KATO_ASSISTANT_TOOL_RESULT:
      return "assistant.tool.result";
    case KATO_ASSISTANT_DECISION_PROMPT:
      return "assistant.decision.prompt";
    case KATO_SYSTEM_MESSAGE:
      return "system.message";
    case KATO_PROVIDER_INFO:
      return "provider.info";
    case KATO_PROVIDER_RAW:
      return "provider.raw";
    default:
      return "kind " + std::to_string(kind);
  }
}

std::string outcome_text(int32_t outcome) {
  switch (outcome) {
    case KATO_RECORD_MAPPED:
      return "mapped";
    case KATO_RECORD_INFO:
      return "info";
    case KATO_RECORD_RAW:
      return "raw";
    case KATO_RECORD_IGNORED:
      return "ignored";
    case KATO_RECORD_MALFORMED:
      return "malformed";
    case KATO_RECORD_HELD:
      return "held";
    default:
      return "outcome " + std::to_string(outcome);
  }
}

std::string status_text(kato_status status) {
  constexpr std::string_view kNames[] = {
      "KATO_OK",          "KATO_RETRY_LATER", "KATO_SKIP_RECORD", "KATO_QUARANTINE_SOURCE",
      "KATO_UNSUPPORTED", "KATO_CANCELLED",   "KATO_FATAL"};
  if (status >= KATO_OK && status <= KATO_FATAL) return std::string(kNames[status]);
  return "status " + std::to_string(status);
}

std::string marks_text(const kato_draft& draft) {
  Line line;
  line.add("key", draft.record_key);
  line.add("part", draft.part_key);
  line.add("flags", draft.flags);
  line.add("emit", draft.emit_index);
  line.add("cursor", static_cast<uint64_t>(static_cast<uint32_t>(draft.cursor.kind)));
  line.add("value", draft.cursor.value);
  line.add("opaque", draft.cursor.opaque);
  line.add("type", draft.provider_event_type);
  line.add("id", draft.provider_event_id);
  line.add("time", draft.provider_timestamp);
  line.add("turn", draft.turn_id);
  line.add("model", draft.model);
  return line.take();
}

std::string payload_text(const kato_payload& payload) {
  Line line;
  line.add("payload-flags", payload.flags);
  line.add("level", static_cast<uint64_t>(static_cast<uint32_t>(payload.level)));
  line.add("phase", payload.phase);
  line.add("subtype", payload.subtype);
  line.add("tool-call", payload.tool_call_id);
  line.add("parent-call", payload.parent_tool_call_id);
  line.add("tool", payload.tool_name);
  line.add("description", payload.description);
  line.add("decision", payload.decision_id);
  line.add("decision-key", payload.decision_key);
  line.add("free-text", payload.free_text);
  line.add("raw-type", payload.raw_type);
  line.add("input", payload.input_json);
  line.add("data", payload.data_json);
  add_lists(line, payload);
  line.add("text", payload.text);
  return line.take();
}

}  // namespace kato::testkit
