// The options of the sink "markdown".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kato::markdown {

struct Options {
  bool include_commentary = true;
  bool include_thinking = false;
  bool include_tool_calls = false;
  bool include_system_events = false;
  bool italicize_user_messages = false;
  size_t truncate_tool_results = 4000;  // characters; 0: never
  std::string heading_template = "# {speaker}[_{date}_{time}]";
  std::string user_speaker = "User";
  std::string assistant_speaker = "Assistant";  // where the log names no model
  std::string system_speaker = "System";
  std::vector<std::pair<std::string, std::string>> model_speakers;  // model -> name to show

  bool include_front_matter = true;
  bool include_updated = false;
  bool include_event_kinds = false;
  std::string user_name;  // empty: the person is not named among the participants
  std::vector<std::string> tags;
};

// `json` was validated against the schema (options_schema.h); empty: the defaults. Throws
// std::exception with a text for people if it does not fit all the same.
[[nodiscard]] Options parse_options(std::string_view json);

}  // namespace kato::markdown
