// Events that tell how a tool ended. Most repeat what the call's output says. Those of tools that a
// script called (`exec`) have no call among the items: they are told here, with the script's call
// as their parent.
#pragma once

#include "line.h"

namespace kato::codex {

void on_exec_command_end(Line& line);
void on_patch_apply_end(Line& line);
void on_mcp_tool_call_end(Line& line);
void on_web_search_end(Line& line);
void on_dynamic_tool_call_end(Line& line);

// The same as items of item_completed.
void on_command_item(Line& line, jsonlog::Value item);
void on_file_change_item(Line& line, jsonlog::Value item);
void on_mcp_item(Line& line, jsonlog::Value item);
void on_web_search_item(Line& line, jsonlog::Value item);
void on_dynamic_tool_item(Line& line, jsonlog::Value item);

}  // namespace kato::codex
