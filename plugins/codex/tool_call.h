// Calls of tools and their results, as items of the conversation.
#pragma once

#include "line.h"

namespace kato::codex {

void on_function_call(Line& line);
void on_custom_tool_call(Line& line);
void on_local_shell_call(Line& line);
void on_web_search_call(Line& line);
void on_tool_search_call(Line& line);
void on_image_generation_call(Line& line);
void on_tool_output(Line& line);
void on_tool_search_output(Line& line);

}  // namespace kato::codex
