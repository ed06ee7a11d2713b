// Lines of the type "attachment" (since 2.1.101): what the client puts into the model's context.
#include <algorithm>
#include <array>

#include "content.h"
#include "mapping.h"
#include "user_record.h"
#include "user_text.h"

namespace kato::claude {
namespace {

// Instructions and inventories for the model, in the client's words, the same in every session.
constexpr std::array<std::string_view, 38> kBookkeeping = {
    "agent_listing_delta",
    "agent_mention",
    "async_hook_response",
    "batching_reminder_sent",
    "budget_usd",
    "command_permissions",
    "compaction_reminder",
    "context_efficiency",
    "critical_system_reminder",
    "current_session_memory",
    "date",
    "date_change",
    "deferred_tools_delta",
    "deferred_tools_record",
    "dynamic_skill",
    "environment",
    "hook_cancelled",
    "hook_permission_decision",
    "invoked_skills",
    "mcp_instructions_delta",
    "output_style",
    "prompt_snapshot",
    "read_truncation_notice",
    "relevant_memories",
    "remote_session_change",
    "session_context",
    "silent_turn_reminder",
    "skill_discovery",
    "skill_listing",
    "task_reminder",
    "team_context",
    "teammate_mailbox",
    "teammate_shutdown_batch",
    "todo_reminder",
    "token_usage",
    "total_tokens_reminder",
    "unknown_command_fallback",
    "verify_plan_reminder",
};

// Settings of the session that took effect.
constexpr std::array<std::string_view, 7> kModes = {
    "plan_mode",      "plan_mode_exit",     "plan_mode_reentry", "auto_mode",
    "auto_mode_exit", "ultra_effort_enter", "ultra_effort_exit",
};

// Files whose content the client showed to the model: the name is enough.
constexpr std::array<std::string_view, 9> kFiles = {
    "file",
    "edited_text_file",
    "compact_file_reference",
    "directory",
    "already_read_file",
    "pdf_reference",
    "opened_file_in_ide",
    "selected_lines_in_ide",
    "edited_image_file",
};

template <size_t Count>
bool is_one_of(const std::array<std::string_view, Count>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// A prompt that was typed, or a notification that came, while the model worked.
void map_queued(const Mapping& to) {
  const Value attachment = to.line.attachment;
  const auto mode = attachment["commandMode"].word();
  const auto origin = attachment["origin"]["kind"].word();
  const bool typed =
      mode == "prompt" && !attachment["isMeta"].is_true() && (origin.empty() || origin == "human");
  if (typed) {
    map_user_content(to, attachment["prompt"]);
    return;
  }
  const auto text = result_text(to, attachment["prompt"]);
  const auto subtype = mode == "task-notification" ? mode : injected_subtype(text);
  to.system_message("text", subtype, text);
}

void map_hook(const Mapping& to, std::string_view type) {
  const Value hook = to.line.attachment;
  const auto content = result_text(to, hook["content"]);
  if (type == "hook_success" || type == "hook_additional_context") {
    // What a hook prints is shown to the model.
    if (trimmed(content).empty()) {
      to.record.ignore("hook-bookkeeping");
    } else {
      to.system_message("text", "hook-output", content);
    }
    return;
  }
  const bool message = type == "hook_system_message";
  auto text = message ? content : hook["blockingError"]["blockingError"].text();
  if (text.empty()) text = hook["stderr"].text();
  if (text.empty()) text = content;
  to.info("hook", {.subtype = message ? "hook-message" : "hook-error",
                   .text = text,
                   .data_json = {},
                   .level = message ? KATO_LEVEL_INFO : KATO_LEVEL_WARNING});
}

// CLAUDE.md and its like.
void map_instructions(const Mapping& to) {
  const Value attachment = to.line.attachment;
  std::vector<std::string_view> texts;
  for (const Value file : attachment["files"].items())
    texts.push_back(file["content"].text());
  const Value content = attachment["content"];
  if (content.is_string()) texts.push_back(content.text());
  if (content.is_object()) texts.push_back(content["content"].text());
  to.system_message("text", "instructions", joined(to, texts));
}

void map_file(const Mapping& to) {
  const Value attachment = to.line.attachment;
  std::string_view name;
  for (const auto* member : {"filename", "path", "displayPath"}) {
    if (name.empty()) name = attachment[member].text();
  }
  to.info("file", {.subtype = "file-context", .text = name, .data_json = {}});
}

void map_named_info(const Mapping& to, std::string_view subtype, std::string_view member) {
  const Value value = to.line.attachment[member];
  if (value.is_string()) {
    to.info("info", {.subtype = subtype, .text = value.text(), .data_json = {}});
  } else {
    to.info("info", {.subtype = subtype, .text = {}, .data_json = value.json()});
  }
}

}  // namespace

void map_attachment(const Mapping& to) {
  const Value attachment = to.line.attachment;
  const auto type = attachment["type"].word();
  if (type == "queued_command") {
    map_queued(to);
  } else if (type == "hook_success" || type == "hook_additional_context" ||
             type == "hook_system_message" || type == "hook_blocking_error" ||
             type == "hook_non_blocking_error" || type == "hook_error_during_execution" ||
             type == "hook_stopped_continuation") {
    map_hook(to, type);
  } else if (type == "instructions" || type == "nested_memory") {
    map_instructions(to);
  } else if (is_one_of(kFiles, type)) {
    map_file(to);
  } else if (is_one_of(kModes, type)) {
    to.info("mode", {.subtype = "mode", .text = type, .data_json = {}});
  } else if (type == "model") {
    map_named_info(to, "model", "identity");
  } else if (type == "structured_output") {
    map_named_info(to, "structured-output", "data");
  } else if (type == "task_status") {
    map_named_info(to, "task-status", "description");
  } else if (is_one_of(kBookkeeping, type)) {
    to.record.ignore("context-bookkeeping");
  } else {
    to.raw_line();
  }
}

}  // namespace kato::claude
