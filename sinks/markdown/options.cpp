#include "options.h"

#include <stdexcept>

#include <nlohmann/json.hpp>

#include "heading.h"

namespace kato::markdown {

namespace {

using nlohmann::json;

template <class Value>
void read(const json& object, const char* key, Value& value) {
  const auto found = object.find(key);
  if (found != object.end()) found->get_to(value);
}

void read_speakers(const json& names, Options& options) {
  read(names, "user", options.user_speaker);
  read(names, "assistant", options.assistant_speaker);
  read(names, "system", options.system_speaker);
  const auto models = names.find("models");
  if (models == names.end()) return;
  for (const auto& [model, name] : models->items()) {
    options.model_speakers.emplace_back(model, name.get<std::string>());
  }
}

}  // namespace

Options parse_options(std::string_view text) {
  Options options;
  if (text.empty()) return options;
  const json object = json::parse(text);
  if (!object.is_object()) throw std::invalid_argument("the options are not an object");
  read(object, "includeCommentary", options.include_commentary);
  read(object, "includeThinking", options.include_thinking);
  read(object, "includeToolCalls", options.include_tool_calls);
  read(object, "includeSystemEvents", options.include_system_events);
  read(object, "italicizeUserMessages", options.italicize_user_messages);
  read(object, "truncateToolResults", options.truncate_tool_results);
  read(object, "headingTemplate", options.heading_template);
  read(object, "includeFrontMatter", options.include_front_matter);
  read(object, "includeUpdated", options.include_updated);
  read(object, "includeEventKinds", options.include_event_kinds);
  read(object, "userName", options.user_name);
  read(object, "tags", options.tags);
  const auto names = object.find("speakerNames");
  if (names != object.end()) read_speakers(*names, options);
  if (!is_heading_template(options.heading_template)) {
    throw std::invalid_argument("headingTemplate: unknown {token}, or [ ] that do not match");
  }
  return options;
}

}  // namespace kato::markdown
