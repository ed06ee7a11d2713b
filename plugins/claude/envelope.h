// The fields that Claude Code puts around whatever a line says.
#pragma once

#include <string_view>

#include "plugins/jsonlog/json.h"

namespace kato::claude {

using jsonlog::Value;

// Words are as they stand in the text: none of them ever has escapes. Missing ones are empty.
struct Envelope {
  std::string_view type;
  std::string_view subtype;  // system lines
  std::string_view uuid;
  std::string_view timestamp;
  std::string_view session_id;
  std::string_view version;
  std::string_view prompt_id;
  std::string_view agent_id;
  std::string_view entrypoint;
  std::string_view prompt_source;
  std::string_view turn_origin;  // who began the turn
  std::string_view denial_kind;  // why a tool was not allowed
  std::string_view source_tool;  // the call for whose sake the client wrote the line
  Value cwd;
  Value message;
  Value content;     // system lines, queue operations
  Value attachment;  // attachment lines
  Value origin;
  Value parent;      // the id of the line that this one follows
  Value permission;  // how a tool was allowed
  Value forked_from;
  Value tool_use_result;
  Value plan_content;
  bool is_sidechain = false;
  bool is_meta = false;
  bool is_compact_summary = false;
  bool is_for_transcript = false;  // not sent to the model
  bool not_typed = false;          // as the line says
  bool is_api_error = false;
  bool is_spoken = false;  // has a uuid: one of the lines that form the conversation
};

// One pass over the members of a line.
[[nodiscard]] Envelope read_envelope(Value root) noexcept;

// `word` if it is short and looks like a name in a log format, else "other".
[[nodiscard]] std::string_view bounded_word(std::string_view word) noexcept;

// True if `word` is one of `words`, which have blanks between them.
[[nodiscard]] bool is_one_of(std::string_view word, std::string_view words) noexcept;

}  // namespace kato::claude
