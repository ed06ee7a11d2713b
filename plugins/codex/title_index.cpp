#include "title_index.h"

#include "plugins/jsonlog/framing.h"
#include "plugins/jsonlog/json.h"

namespace kato::codex {

std::string title_of(std::string_view index, std::string_view thread_id) {
  std::string title;
  if (thread_id.empty()) return title;
  jsonlog::Json json;
  bool at_beginning = true;
  while (!index.empty()) {
    const auto frame = jsonlog::next_frame(index, {at_beginning, true});
    at_beginning = false;
    index.remove_prefix(frame.length);
    const bool mentioned = frame.text.find(thread_id) != std::string_view::npos;
    if (!mentioned || json.parse(frame.text) != jsonlog::JsonError::kNone) continue;
    const auto root = json.root();
    if (root["id"].word() == thread_id) title = root["thread_name"].text();
  }
  return title;
}

}  // namespace kato::codex
