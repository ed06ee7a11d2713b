#include "line.h"

#include <algorithm>

namespace kato::codex {
namespace {

bool is_the_assistants(kato_event_kind kind) noexcept {
  return kind == KATO_ASSISTANT_MESSAGE || kind == KATO_ASSISTANT_THINKING ||
         kind == KATO_ASSISTANT_TOOL_CALL || kind == KATO_ASSISTANT_DECISION_PROMPT;
}

// Takes a member's value if it is the first of its name.
void take(std::string_view& into, jsonlog::Value value) noexcept {
  if (into.empty()) into = value.word();
}
void take(jsonlog::Value& into, jsonlog::Value value) noexcept {
  if (!into.exists()) into = value;
}

void read_payload(Line& line) noexcept {
  for (const auto& [key, value] : line.payload.members()) {
    if (key == "type") {
      take(line.kind, value);
    } else if (key == "role") {
      take(line.role, value);
    } else if (key == "id") {
      take(line.id, value);
    } else if (key == "item") {
      take(line.item, value);
    } else if (key == "turn_id") {
      take(line.named_turn, value);
    } else if (key == "internal_chat_message_metadata_passthrough") {
      take(line.notes, value);
    }
  }
  if (line.named_turn.empty()) line.named_turn = line.notes["turn_id"].word();
}

}  // namespace

Line::Line(jsonlog::LogRecord& log_record, RolloutState& rollout, const Session& of_session,
           jsonlog::Json& inner_json)
    : record(log_record), state(rollout), session(of_session), inner(inner_json) {
  for (const auto& [key, value] : record.root().members()) {
    if (key == "type") {
      take(type, value);
    } else if (key == "payload") {
      take(payload, value);
    } else if (key == "timestamp") {
      take(timestamp, value);
    } else if (key == "ordinal") {
      take(ordinal, value);
    }
  }
  if (!type.empty()) shape = payload.exists() ? Shape::kEnvelope : Shape::kBare;
  if (shape != Shape::kEnvelope) payload = record.root();
  read_payload(*this);
  turn_id = named_turn.empty() ? std::string_view(state.turn_id) : named_turn;
}

sdk::Draft Line::draft(kato_event_kind what, std::string_view part_key) const {
  auto made = record.draft(what, part_key);
  made.turn_id = turn_id;
  if (is_the_assistants(what)) made.model = state.model;
  if (state.copied.copying()) made.flags |= KATO_DRAFT_INHERITED;
  return made;
}

void Line::emit_text(kato_event_kind what, std::string_view part_key, std::string_view subtype,
                     std::string_view text) const {
  if (trimmed(text).empty()) return;
  auto made = draft(what, part_key);
  made.subtype = subtype;
  made.text = text;
  record.emit(made);
}

void Line::emit_info(std::string_view subtype, std::string_view text, std::string_view data,
                     kato_level level) const {
  auto made = draft(KATO_PROVIDER_INFO, subtype);
  made.subtype = subtype;
  made.text = text;
  made.data_json = data;
  made.level = level;
  record.emit(made);
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kBlanks = " \t\r\n";
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

EventForm form_of_event(const Line& line) noexcept {
  return line.kind == "item_completed" ? EventForm::kCompleted : EventForm::kMessage;
}

bool told_by_other_form(const Line& line, uint64_t hash, TextMemory& forms) {
  constexpr uint64_t kCompleted = 0x9E3779B97F4A7C15ULL;  // tells the hashes of the forms apart
  const bool completed = form_of_event(line) == EventForm::kCompleted;
  if (forms.take(completed ? hash : hash ^ kCompleted)) return true;
  forms.put(completed ? hash ^ kCompleted : hash);
  return false;
}

uint64_t twin_hash(const Line& line, std::string_view text) {
  char* const begin = line.arena().take(text.size());
  const char* const end = std::copy_if(text.begin(), text.end(), begin, [](char c) {
    return c != ' ' && c != '\t' && c != '\r' && c != '\n';
  });
  const uint64_t hash = line.hash({begin, static_cast<size_t>(end - begin)});
  line.arena().give_back_from(begin);
  return hash;
}

}  // namespace kato::codex
