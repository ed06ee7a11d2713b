// Lines of the type "attachment" (since 2.1.101): what the client puts into the model's context.
#include <array>

#include "content.h"
#include "mapping.h"
#include "user_record.h"
#include "user_text.h"

namespace kato::claude {
namespace {

// Instructions and inventories for the model, in the client's words, the same in every session.
constexpr std::string_view kBookkeeping =
    "account_memory_recall advisor_stripped advisor_tool agent_ask_notice "
    "agent_listing_delta agent_mention artifact_opening_prefetch attention_budget "
    "bagel_console bash_output_audience_note batching_reminder batching_reminder_sent "
    "budget_usd claude_app_notice command_permissions compaction_reminder companion_intro "
    "context_efficiency context_sections coordinator_context cowork_memory_context "
    "credential_org critical_system_reminder current_session_memory date date_change "
    "deferred_tools_delta deferred_tools_record dir_sync_notice dynamic_skill "
    "elapsed_time_reminder environment first_week fork_briefing goals hook_cancelled "
    "hook_permission_decision hook_plugin_listing inlined_image_paths invoked_skills "
    "language linked_plugin_tools_note mcp_dropped_tools_delta mcp_instructions_delta "
    "memory_update output_limit_note output_style output_style_instructions "
    "output_token_usage peer_mention prefix_delta proactivity progress_reminder_sent "
    "projects_thread_ask prompt_as_file prompt_render_point prompt_snapshot "
    "read_truncation_notice relevant_memories remote_session_change repl_mcp_needs_auth "
    "repl_mcp_servers sandbox_instructions secondary_reminder secondary_reminder_sent "
    "session_context session_cron_carry silent_turn_reminder skill_discovery skill_listing "
    "skill_mention stale_task_list task_reminder team_context teammate_shutdown_batch "
    "terminal_focus thinking_drop thinking_stripped thread_state todo_reminder token_usage "
    "tool_host_result_lines tool_hosts_correction tool_hosts_notice tool_offer_record "
    "tool_results_cut tool_search_usage_reminder total_tokens_reminder "
    "unknown_command_fallback verify_plan_reminder whole_texts_withdrawn widget_context_hint "
    "withheld_memory workflow_reminder workflow_size_guideline_change";

constexpr std::string_view kHooks =
    "hook_success hook_additional_context hook_system_message hook_blocking_error "
    "hook_non_blocking_error hook_error_during_execution hook_stopped_continuation";

// Settings of the session that took effect.
constexpr std::string_view kModes =
    "auto_mode auto_mode_exit pen_mode_enter pen_mode_exit plan_mode plan_mode_exit "
    "plan_mode_reentry ultra_effort_enter ultra_effort_exit ultrathink_effort "
    "workflow_keyword_request";

// Files whose content the client showed to the model: the name is enough.
constexpr std::string_view kFiles =
    "already_read_file at_mention_reference compact_file_reference directory edited_image_file "
    "edited_text_file file mcp_resource message_pdf_reads new_directory new_file "
    "opened_file_in_ide pdf_reference plan_file_reference project_doc_reads "
    "selected_lines_in_diff selected_lines_in_ide";

// A prompt that was typed, or a notification that came, while the model worked.
void map_queued(const Mapping& to) {
  const Value attachment = to.line.attachment;
  const auto mode = attachment["commandMode"].word();
  const Value prompt = attachment["prompt"];
  const Value origin = attachment["origin"];
  const auto source = attachment["humanTurn"].is_true() ? "typed" : "";
  const bool injected = attachment["isMeta"].is_true() || attachment["textNotTyped"].is_true();
  const bool human = !injected && !to.line.is_sidechain && is_human(origin, source);
  if (human && mode == "bash" && prompt.is_string()) {
    const auto line = trimmed(prompt.text());
    to.text(KATO_USER_MESSAGE, "said", line.starts_with('!') ? line : to.arena().join({"!", line}));
    return;
  }
  const bool typed = human && (mode.empty() || mode == "prompt");
  if (typed || !(prompt.is_string() || prompt.is_array())) {
    map_user_content(to, prompt);
    return;
  }
  const auto text = result_text(to, prompt);
  auto subtype = mode == "task-notification" ? mode : origin_subtype(origin);
  if (subtype.empty()) subtype = injected_subtype(text);
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
  if (text.empty()) text = hook["message"].text();
  if (text.empty()) text = content;
  to.info("hook", {.subtype = message ? "hook-message" : "hook-error",
                   .text = text,
                   .data_json = {},
                   .level = message ? KATO_LEVEL_INFO : KATO_LEVEL_WARNING});
}

// A hook that ran beside the conversation, and what it wants to be said.
void map_async_hook(const Mapping& to) {
  const Value response = to.line.attachment["response"];
  const std::array<std::string_view, 2> texts = {
      response["systemMessage"].text(), response["hookSpecificOutput"]["additionalContext"].text()};
  for (size_t i = 0; i < texts.size(); ++i) {
    if (!trimmed(texts[i]).empty()) to.system_message(to.part("text", i), "hook-output", texts[i]);
  }
  to.record.ignore("hook-bookkeeping");
}

// Texts that came from elsewhere: of a plugin, or of events that the model waited for.
void map_texts(const Mapping& to, std::string_view member, std::string_view subtype) {
  size_t number = 0;
  for (const Value text : to.line.attachment[member].items()) {
    if (!trimmed(text.text()).empty()) {
      to.system_message(to.part("text", number), subtype, text.text());
    }
    ++number;
  }
  to.record.ignore("empty");
}

// Messages of other agents.
void map_mailbox(const Mapping& to) {
  size_t number = 0;
  for (const Value message : to.line.attachment["messages"].items()) {
    const auto text = message["text"].text();
    if (!trimmed(text).empty()) {
      to.system_message(to.part("message", number), "agent-message", text);
    }
    ++number;
  }
  to.record.ignore("empty");
}

// CLAUDE.md and its like.
void map_instructions(const Mapping& to) {
  const Value attachment = to.line.attachment;
  std::vector<std::string_view> texts;
  for (const Value file : attachment["files"].items()) {
    texts.push_back(file["content"].text());
  }
  const Value content = attachment["content"];
  if (content.is_string()) texts.push_back(content.text());
  if (content.is_object()) texts.push_back(content["content"].text());
  const auto text = joined(to, texts);
  if (trimmed(text).empty()) {
    to.raw_line();
  } else {
    to.system_message("text", "instructions", text);
  }
}

// Of attachments of several files.
std::string_view listed_names(const Mapping& to) {
  const Value attachment = to.line.attachment;
  std::vector<std::string_view> names;
  const auto add = [&](std::string_view name) {
    if (name.empty()) return;
    if (!names.empty()) names.push_back(", ");
    names.push_back(name);
  };
  for (const Value mention : attachment["mentions"].items()) {
    add(mention.text());
  }
  for (const Value read : attachment["reads"].items()) {
    add(read["path"].is_string() ? read["path"].text() : read["read"]["path"].text());
  }
  return to.arena().join(names);
}

void map_file(const Mapping& to) {
  const Value attachment = to.line.attachment;
  std::string_view name;
  for (const auto* member :
       {"filename", "path", "filePath", "planFilePath", "uri", "displayPath"}) {
    if (name.empty()) name = attachment[member].text();
  }
  if (name.empty()) name = listed_names(to);
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

// Types of which one member tells all.
struct Told {
  std::string_view type;
  std::string_view subtype;
  std::string_view member;
};

constexpr std::array kTold = {
    Told{"auto_compact_imminent", "notice", "text"},
    Told{"diagnostics", "ide-diagnostics", "files"},
    Told{"goal_status", "goal", "condition"},
    Told{"max_turns_reached", "notice", "maxTurns"},
    Told{"model", "model", "identity"},
    Told{"structured_output", "structured-output", "data"},
    Told{"task_status", "task-status", "description"},
};

// False: the type is not known.
bool map_told(const Mapping& to, std::string_view type) {
  for (const auto& told : kTold) {
    if (told.type != type) continue;
    map_named_info(to, told.subtype, told.member);
    return true;
  }
  return false;
}

}  // namespace

void map_attachment(const Mapping& to) {
  const Value attachment = to.line.attachment;
  const auto type = attachment["type"].word();
  if (type == "queued_command") {
    map_queued(to);
  } else if (is_one_of(type, kHooks)) {
    map_hook(to, type);
  } else if (type == "async_hook_response") {
    map_async_hook(to);
  } else if (type == "async_hook_response_batch" || type == "hook_deferred_tool") {
    to.record.ignore("hook-bookkeeping");
  } else if (type == "plugin_note") {
    map_texts(to, "content", "injected");
  } else if (type == "poll_events") {
    map_texts(to, "envelopes", "agent-message");
  } else if (type == "teammate_mailbox") {
    map_mailbox(to);
  } else if (type == "instructions" || type == "nested_memory") {
    map_instructions(to);
  } else if (is_one_of(type, kFiles)) {
    map_file(to);
  } else if (is_one_of(type, kModes)) {
    to.info("mode", {.subtype = "mode", .text = type, .data_json = {}});
  } else if (is_one_of(type, kBookkeeping)) {
    to.record.ignore("context-bookkeeping");
  } else if (!map_told(to, type)) {
    to.raw_line();
  }
}

}  // namespace kato::claude
