// Lines of the type "assistant": usually one content block of a message each; the lines of one
// message share its id and may stand apart.
#include <array>

#include "content.h"
#include "decision.h"
#include "user_text.h"

namespace kato::claude {
namespace {

constexpr std::string_view kSynthetic = "<synthetic>";

std::string_view block_type(Value block) {
  return block.is_string() ? "text" : block["type"].word();
}

// Where the log says why the message ended (since 2.1.101), a text before tools is commentary.
std::string_view phase_of(std::string_view stop_reason) noexcept {
  if (stop_reason == "tool_use") return "commentary";
  if (stop_reason == "end_turn" || stop_reason == "stop_sequence" || stop_reason == "max_tokens") {
    return "final";
  }
  return {};
}

// One assistant line, and what its blocks need of it.
class AssistantLine {
 public:
  explicit AssistantLine(const Mapping& to)
      : to_(to),
        message_(to.line.message),
        model_(message_["model"].word()),
        phase_(phase_of(message_["stop_reason"].word())) {}

  void map() {
    const Value content = message_["content"];
    if (content.is_string()) {
      map_text(content, 0);
    } else if (is_unreadable(content) && !content.is_array()) {
      to_.raw_line();
    } else {
      size_t number = 0;
      for (const Value block : content.items()) {
        map_block(block, number++);
      }
    }
    map_usage();
    to_.record.ignore("empty");
  }

 private:
  void map_block(Value block, size_t number) {
    const auto type = block_type(block);
    const bool is_text = type == "text" && !block.is_string();
    if ((is_text && is_unreadable(block["text"])) ||
        (type == "thinking" && is_unreadable(block["thinking"]))) {
      return map_unknown(type, number);
    }
    if (type == "text") {
      map_text(block.is_string() ? block : block["text"], number);
    } else if (type == "thinking") {
      map_thinking(block, number);
    } else if (type == "tool_use" || type == "server_tool_use" || type == "mcp_tool_use") {
      map_call(block, number);
    } else if (type.ends_with("_tool_result") || type == "tool_result") {
      map_tool_result(to_, block, number);
    } else if (type == "redacted_thinking") {
      emit_info(to_.part("thinking", number), "redacted-thinking", {});
    } else if (type == "fallback") {
      emit_info(to_.part("fallback", number), "model-fallback", block.json());
    } else {
      map_unknown(type, number);
    }
  }

  void map_unknown(std::string_view type, size_t number) {
    to_.raw(to_.part("block", number), to_.arena().join({"assistant/", bounded_word(type)}));
  }

  void map_text(Value text_value, size_t number) {
    const auto text = text_value.text();
    // Old clients log blank blocks, and a placeholder for none at all.
    if (trimmed(text).empty() || text == "(no content)") return;
    auto message = to_.draft(KATO_ASSISTANT_MESSAGE, to_.part("text", number));
    message.model = model_;
    message.phase = phase_;
    message.text = text;
    to_.record.emit(message);
  }

  // Since 2.1.100 mostly without text: then only its signature was kept.
  void map_thinking(Value block, size_t number) {
    const auto text = block["thinking"].text();
    if (trimmed(text).empty()) return;
    auto thought = to_.draft(KATO_ASSISTANT_THINKING, to_.part("thinking", number));
    thought.model = model_;
    thought.text = text;
    to_.record.emit(thought);
  }

  void map_call(Value block, size_t number) {
    const auto id = call_id(to_, block["id"], number);
    const Value input = block["input"];
    auto call = to_.draft(KATO_ASSISTANT_TOOL_CALL, to_.part("call", id, number));
    call.model = model_;
    call.tool_call_id = id;
    call.tool_name = block["name"].text();
    call.input_json = input.json();
    call.description = input["description"].text();
    to_.record.emit(call);
    map_decision_prompts(to_, block, model_);
  }

  // Stands on every line of a message and may grow from line to line: said again where it did. It
  // belongs to the message, so its key is the message's id.
  void map_usage() {
    const Value usage = message_["usage"];
    const auto id = message_["id"].word();
    if (!usage.is_object() || id.empty() || id.size() > jsonlog::kMaxIdBytes) return;
    const auto counts = to_.hash(usage.bytes());
    const bool is_first = to_.memory.message != to_.hash(id);
    if (!to_.memory.changed(Repeated::kUsage, to_.hash(id) ^ counts)) return;
    auto info = to_.draft(KATO_PROVIDER_INFO, is_first ? "usage" : to_.part("usage", counts));
    info.record_key = id;
    info.model = model_;
    info.subtype = "usage";
    info.level = KATO_LEVEL_DEBUG;
    info.data_json = usage.json();
    to_.record.emit(info);
  }

  void emit_info(std::string_view part, std::string_view subtype, std::string_view data) {
    auto info = to_.draft(KATO_PROVIDER_INFO, part);
    info.model = model_;
    info.subtype = subtype;
    info.level = KATO_LEVEL_INFO;
    info.data_json = data;
    to_.record.emit(info);
  }

  const Mapping& to_;
  Value message_;
  std::string_view model_;
  std::string_view phase_;
};

// Written by the client in the model's name.
void map_synthetic(const Mapping& to) {
  const auto text = result_text(to, to.line.message["content"]);
  if (trimmed(text) == "No response requested.") {
    to.record.ignore("no-response-requested");
    return;
  }
  const bool error = to.line.is_api_error || text.starts_with("API Error") ||
                     to.record.root()["error"].is_string();
  to.info("text/0", {.subtype = error ? "api-error" : "client-notice",
                     .text = text,
                     .data_json = {},
                     .level = error ? KATO_LEVEL_ERROR : KATO_LEVEL_INFO});
}

}  // namespace

void map_assistant(const Mapping& to) {
  if (!to.line.message.is_object()) {
    to.raw_line();
  } else if (to.line.is_api_error || to.line.message["model"].word() == kSynthetic) {
    map_synthetic(to);
  } else {
    AssistantLine(to).map();
  }
}

}  // namespace kato::claude
