#include "thought.h"

#include <string>

namespace kato::codex {
namespace {

std::string_view part_key(const Line& line, std::string_view name, size_t index) {
  return line.arena().join({name, "/", std::to_string(index)});
}

// Tells one part, unless its other form was told.
void tell(Line& line, std::string_view key, std::string_view text, TextMemory& others,
          TextMemory& own) {
  if (trimmed(text).empty()) return;
  const uint64_t hash = twin_hash(line, text);
  if (others.take(hash)) return;
  own.put(hash);
  line.emit_text(KATO_ASSISTANT_THINKING, key, {}, text);
}

// The same for an event.
void tell_event(Line& line, std::string_view key, std::string_view text) {
  auto& state = line.state;
  if (trimmed(text).empty()) return;
  if (told_by_other_form(line, twin_hash(line, text), state.thought_forms)) return;
  tell(line, key, text, state.thought_items, state.thought_events);
}

size_t tell_parts(Line& line, jsonlog::Value parts, std::string_view name) {
  size_t index = 0;
  for (const auto part : parts.items()) {
    const auto text = part.is_string() ? part.text() : part["text"].text();
    tell(line, part_key(line, name, index), text, line.state.thought_events,
         line.state.thought_items);
    ++index;
  }
  return index;
}

}  // namespace

void on_reasoning_item(Line& line) {
  size_t parts = tell_parts(line, line.payload["summary"], "summary");
  if (parts == 0) parts = tell_parts(line, line.payload["content"], "content");
  if (parts > 0) {
    line.record.ignore("duplicate");
  } else {
    line.record.ignore(line.payload["encrypted_content"].is_string() ? "encrypted" : "empty");
  }
}

void on_thought_event(Line& line, std::string_view text) {
  tell_event(line, "text", text);
  line.record.ignore("duplicate");
}

void on_thought_item_event(Line& line, jsonlog::Value item) {
  auto& state = line.state;
  const uint64_t id = line.hash(item["id"].word());
  const size_t told = state.thought == id ? state.thought_parts : 0;
  size_t index = 0;
  for (const auto name : {"summary_text", "raw_content"}) {
    for (const auto part : item[name].items()) {
      if (index >= told) {
        tell_event(line, part_key(line, "summary", index), part.text());
      }
      ++index;
    }
  }
  state.thought = id;
  state.thought_parts = index;
  line.record.ignore(index == 0 ? "empty" : "duplicate");
}

}  // namespace kato::codex
