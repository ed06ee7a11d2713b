#include "event_msg.h"

#include <algorithm>
#include <array>

#include "answer.h"
#include "attachments.h"
#include "session_meta.h"
#include "thought.h"
#include "tool_event.h"
#include "turn_event.h"
#include "user_message.h"

namespace kato::codex {
namespace {

using jsonlog::Value;

void add_paths(Value paths, std::vector<sdk::Attachment>& attachments) {
  for (const auto path : paths.items()) {
    sdk::Attachment attachment;
    attachment.name = path.text();
    attachments.push_back(attachment);
  }
}

std::vector<sdk::Attachment> attachments_of_event(const Line& line) {
  std::vector<sdk::Attachment> attachments;
  for (const auto name : {"images", "audio"}) {
    for (const auto url : line.payload[name].items()) {
      attachments.push_back(attachment_of_url(line, url.word()));
    }
  }
  add_paths(line.payload["local_images"], attachments);
  add_paths(line.payload["local_audio"], attachments);
  for (const auto part : line.item["content"].items()) {
    const auto type = part["type"].word();
    if (type == "image" || type == "audio") {
      const auto url = part["image_url"].exists() ? part["image_url"] : part["url"];
      attachments.push_back(attachment_of_url(line, url.word()));
    } else if (type == "local_image" || type == "local_audio") {
      sdk::Attachment attachment;
      attachment.name = part["path"].text();
      attachments.push_back(attachment);
    }
  }
  return attachments;
}

// What the words refer to: files, skills.
void add_mentions(const Line& line, std::vector<sdk::Attachment>& attachments) {
  for (const auto part : line.item["content"].items()) {
    const auto type = part["type"].word();
    if (type != "skill" && type != "mention") continue;
    sdk::Attachment attachment;
    attachment.name = part["path"].text();
    if (attachment.name.empty()) attachment.name = part["name"].text();
    attachments.push_back(attachment);
  }
}

void on_user(Line& line, PairedItem paired) {
  UserEvent event;
  event.text = words_of_event(line);
  event.kind = line.payload["kind"].word();
  event.paired = paired.there;
  event.typed = !line.payload["client_id"].word().empty() || !line.item["client_id"].word().empty();
  event.attachments = std::move(paired.images);
  auto own = attachments_of_event(line);
  if (event.attachments.size() == own.size()) {
    for (size_t i = 0; i < own.size(); ++i) {
      auto& image = event.attachments[i];
      if (image.name.empty()) image.name = own[i].name;
    }
  } else if (event.attachments.empty()) {
    event.attachments = std::move(own);
  }
  add_mentions(line, event.attachments);
  on_user_event(line, std::move(event));
}

void on_agent_message(Line& line) {
  on_answer_event(line, {}, words_of_event(line), line.payload["phase"].word());
}
void on_agent_reasoning(Line& line) {
  on_thought_event(line, line.payload["text"].text());
}
void on_error(Line& line) {
  on_trouble(line, "api-error", KATO_LEVEL_ERROR);
}
void on_stream_error(Line& line) {
  on_trouble(line, "stream-error", KATO_LEVEL_WARNING);
}
void on_warning(Line& line) {
  on_trouble(line, "warning", KATO_LEVEL_WARNING);
}
void on_notice(Line& line) {
  on_trouble(line, "notice", KATO_LEVEL_INFO);
}
void on_entered_review(Line& line) {
  on_review_begin(line, line.payload);
}
void on_exited_review(Line& line) {
  on_review_end(line, line.payload);
}
void on_sub_agent(Line& line) {
  on_sub_agent_activity(line, line.payload);
}
// As `codex exec --json` names it; some logs of autumn 2025 have it.
void on_turn_completed(Line& line) {
  if (line.payload["usage"].is_object()) {
    on_token_count(line);
  } else {
    line.emit_info("turn-end", {});
  }
}
void ignore_duplicate(Line& line) {
  line.record.ignore("duplicate");
}
void ignore_bookkeeping(Line& line) {
  line.record.ignore("bookkeeping");
}
void on_item_completed(Line& line);

struct EventHandler {
  std::string_view type;
  void (*handle)(Line&);
};
constexpr auto kEvents = std::to_array<EventHandler>({
    {"token_count", on_token_count},
    {"agent_message", on_agent_message},
    {"item_completed", on_item_completed},
    {"agent_reasoning", on_agent_reasoning},
    {"agent_reasoning_raw_content", on_agent_reasoning},
    {"task_started", on_task_started},
    {"turn_started", on_task_started},
    {"task_complete", on_task_complete},
    {"turn_complete", on_task_complete},
    {"turn.completed", on_turn_completed},
    {"turn_aborted", on_turn_aborted},
    {"exec_command_end", on_exec_command_end},
    {"patch_apply_end", on_patch_apply_end},
    {"mcp_tool_call_end", on_mcp_tool_call_end},
    {"web_search_end", on_web_search_end},
    {"image_generation_end", ignore_duplicate},
    {"view_image_tool_call", ignore_duplicate},
    {"context_compacted", ignore_duplicate},
    {"thread_settings_applied", on_thread_settings},
    {"thread_rolled_back", on_thread_rolled_back},
    {"thread_name_updated", on_thread_name_updated},
    {"thread_goal_updated", on_thread_goal_updated},
    {"entered_review_mode", on_entered_review},
    {"exited_review_mode", on_exited_review},
    {"sub_agent_activity", on_sub_agent},
    {"collab_agent_spawn_end", ignore_duplicate},
    {"collab_agent_interaction_end", ignore_duplicate},
    {"collab_waiting_end", ignore_duplicate},
    {"collab_close_end", ignore_duplicate},
    {"collab_resume_end", ignore_duplicate},
    {"dynamic_tool_call_request", ignore_duplicate},
    {"dynamic_tool_call_response", on_dynamic_tool_call_end},
    {"error", on_error},
    {"stream_error", on_stream_error},
    {"warning", on_warning},
    {"guardian_warning", on_warning},
    {"background_event", on_notice},
    {"deprecation_notice", on_notice},
    {"model_reroute", on_model_reroute},
    {"undo_completed", on_notice},
    {"undo_started", ignore_bookkeeping},
    {"plan_update", ignore_duplicate},
    {"turn_diff", ignore_bookkeeping},
    {"agent_reasoning_section_break", ignore_bookkeeping},
    {"environment_connected", ignore_bookkeeping},
    {"environment_disconnected", ignore_bookkeeping},
    {"session_configured", ignore_bookkeeping},
    {"thread_queue_changed", ignore_bookkeeping},
    {"raw_response_item", ignore_duplicate},
    {"shutdown_complete", ignore_bookkeeping},
});

struct ItemHandler {
  std::string_view type;
  void (*handle)(Line&, Value);
};

void on_agent_message_item(Line& line, Value item) {
  on_answer_event(line, item["id"].word(), words_of_event(line), item["phase"].word());
}
void on_plan_item(Line& line, Value item) {
  on_answer_event(line, {}, item["text"].text(), "final_answer");
}
void on_hook_item(Line& line, Value item) {
  if (line.state.seen_item) {
    line.record.ignore("duplicate");
    return;
  }
  for (const auto fragment : item["fragments"].items()) {
    line.emit_text(KATO_SYSTEM_MESSAGE, "text", "hook-output", fragment["text"].text());
  }
}
void ignore_twin_item(Line& line, Value) {
  line.record.ignore("duplicate");
}
void ignore_bookkeeping_item(Line& line, Value) {
  line.record.ignore("bookkeeping");
}

constexpr auto kItems = std::to_array<ItemHandler>({
    {"AgentMessage", on_agent_message_item},
    {"Reasoning", on_thought_item_event},
    {"CommandExecution", on_command_item},
    {"FileChange", on_file_change_item},
    {"McpToolCall", on_mcp_item},
    {"DynamicToolCall", on_dynamic_tool_item},
    {"WebSearch", on_web_search_item},
    {"Plan", on_plan_item},
    {"SubAgentActivity", on_sub_agent_activity},
    {"CollabAgentToolCall", ignore_twin_item},
    {"ContextCompaction", ignore_twin_item},
    {"ImageView", ignore_twin_item},
    {"ImageGeneration", ignore_twin_item},
    {"EnteredReviewMode", on_review_begin},
    {"ExitedReviewMode", on_review_end},
    {"HookPrompt", on_hook_item},
    {"Sleep", ignore_bookkeeping_item},
});

// "AgentMessage", which programs around the client write as "agentMessage".
bool is_item_type(std::string_view word, std::string_view type) noexcept {
  const auto lower = [](char c) { return static_cast<char>(c | 0x20); };
  return word.size() == type.size() && !word.empty() && lower(word[0]) == lower(type[0]) &&
         word.substr(1) == type.substr(1);
}

template <class Handlers>
auto handler_of(const Handlers& handlers, std::string_view type) {
  const auto found = std::find_if(handlers.begin(), handlers.end(), [type](const auto& handler) {
    return is_item_type(type, handler.type);
  });
  return found == handlers.end() ? nullptr : found->handle;
}

void on_item_completed(Line& line) {
  if (auto* const handle = handler_of(kItems, line.item["type"].word())) handle(line, line.item);
}

}  // namespace

std::string_view words_of_event(const Line& line) {
  if (const auto message = line.payload["message"]; message.is_string()) return message.text();
  std::string_view joined;
  for (const auto part : line.item["content"].items()) {
    const auto text = part["text"].text();
    if (!text.empty()) joined = joined.empty() ? text : line.arena().join({joined, "\n", text});
  }
  return joined;
}

bool is_user_event(const Line& line) noexcept {
  if (line.shape != Shape::kEnvelope || line.type != "event_msg") return false;
  return line.kind == "user_message" ||
         (line.kind == "item_completed" && is_item_type(line.item["type"].word(), "UserMessage"));
}

void on_event(Line& line, PairedItem user_item) {
  if (is_user_event(line)) {
    on_user(line, std::move(user_item));
  } else if (auto* const handle = handler_of(kEvents, line.kind)) {
    handle(line);
  }
}

}  // namespace kato::codex
