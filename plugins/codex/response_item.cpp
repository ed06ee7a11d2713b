#include "response_item.h"

#include <algorithm>
#include <array>
#include <string>

#include "answer.h"
#include "injected_text.h"
#include "thought.h"
#include "tool_call.h"
#include "turn_event.h"

namespace kato::codex {
namespace {

// Messages of the client to the model: instructions, permissions, modes.
void on_client_message(Line& line) {
  const auto kinds = line.notes["content_item_kinds"].items();
  auto kind = kinds.begin();
  size_t index = 0;
  const auto take = [&](std::string_view text) {
    const auto found = classify_client_block(
        line, text, kind == kinds.end() ? std::string_view() : (*kind).word());
    if (kind != kinds.end()) ++kind;
    const auto key = line.arena().join({"text/", std::to_string(index++)});
    if (!found.abort_note) {
      line.emit_text(KATO_SYSTEM_MESSAGE, key, found.subtype, text);
    } else {
      tell_abort_note(line, text);
    }
  };
  const auto content = line.payload["content"];
  if (content.is_string()) take(content.text());
  for (const auto block : content.items()) {
    take(block["text"].text());
  }
  line.record.ignore(index == 0 ? "empty" : "duplicate");
}

Fate on_message(Line& line) {
  if (line.role == "user") return on_user_item(line);
  if (line.role == "assistant") return on_answer_item(line);
  if (line.role == "developer" || line.role == "system") on_client_message(line);
  return Fate::kDone;
}

// What one agent says to another.
void on_agent_message(Line& line) {
  std::string_view joined;
  for (const auto block : line.payload["content"].items()) {
    const auto text = block["text"].text();
    if (!text.empty()) joined = joined.empty() ? text : line.arena().join({joined, "\n", text});
  }
  line.emit_text(KATO_SYSTEM_MESSAGE, "text", "agent-message", joined);
  line.record.ignore("encrypted");
}

struct Handler {
  std::string_view type;
  void (*handle)(Line&);
};

void ignore_encrypted(Line& line) {
  line.record.ignore("encrypted");
}
void ignore_bookkeeping(Line& line) {
  line.record.ignore("bookkeeping");
}
void ignore_tool_definitions(Line& line) {
  line.record.ignore("tool-definitions");
}

constexpr auto kHandlers = std::to_array<Handler>({
    {"reasoning", on_reasoning_item},
    {"function_call", on_function_call},
    {"function_call_output", on_tool_output},
    {"custom_tool_call", on_custom_tool_call},
    {"custom_tool_call_output", on_tool_output},
    {"web_search_call", on_web_search_call},
    {"agent_message", on_agent_message},
    {"local_shell_call", on_local_shell_call},
    {"local_shell_call_output", on_tool_output},
    {"tool_search_call", on_tool_search_call},
    {"tool_search_output", on_tool_search_output},
    {"image_generation_call", on_image_generation_call},
    {"additional_tools", ignore_tool_definitions},
    {"configuration_update", ignore_bookkeeping},
    {"ghost_snapshot", ignore_bookkeeping},
    {"compaction", ignore_encrypted},
    {"compaction_summary", ignore_encrypted},
    {"context_compaction", ignore_encrypted},
    {"compaction_trigger", ignore_bookkeeping},
});

}  // namespace

Fate on_response_item(Line& line) {
  if (line.shape == Shape::kEnvelope) line.state.seen_item = true;
  if (line.kind == "message") return on_message(line);
  const auto found = std::find_if(kHandlers.begin(), kHandlers.end(), [&](const Handler& handler) {
    return handler.type == line.kind;
  });
  if (found != kHandlers.end()) found->handle(line);
  return Fate::kDone;
}

}  // namespace kato::codex
