// The result of a tool, in the forms that Codex has given it over time.
#pragma once

#include <string_view>

#include "line.h"

namespace kato::codex {

struct ToolOutput {
  std::string_view text;
  bool is_error = false;
  bool truncated = false;
};

// Valid until line.inner parses again.
// value: a text; JSON in a text, with the exit code beside the output; a list of texts and images;
// or an object.
[[nodiscard]] ToolOutput read_tool_output(const Line& line, jsonlog::Value value);

// The texts of a list of blocks, images by what they are.
[[nodiscard]] std::string_view joined_blocks(const Line& line, jsonlog::Value blocks);

// Whether a result's words say that the tool failed. The log has no mark for it.
[[nodiscard]] bool tells_of_failure(std::string_view text) noexcept;

}  // namespace kato::codex
