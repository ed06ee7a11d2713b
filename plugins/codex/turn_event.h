// Events about turns, threads and the service: what is not said by anybody.
#pragma once

#include <string_view>

#include "line.h"

namespace kato::codex {

void on_task_started(Line& line);
void on_task_complete(Line& line);
void on_turn_aborted(Line& line);
// The note that the client puts into the conversation then, as a text.
void tell_abort_note(Line& line, std::string_view note);
void on_thread_rolled_back(Line& line);
void on_thread_name_updated(Line& line);
void on_thread_goal_updated(Line& line);
void on_token_count(Line& line);
// error, stream_error, warning and their like: `message` under that name.
void on_trouble(Line& line, std::string_view subtype, kato_level level);
void on_model_reroute(Line& line);
void on_compacted(Line& line);

// source: the event, or the item of item_completed.
void on_review_begin(Line& line, jsonlog::Value source);
void on_review_end(Line& line, jsonlog::Value source);
void on_sub_agent_activity(Line& line, jsonlog::Value source);

}  // namespace kato::codex
