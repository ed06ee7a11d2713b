#include "line.h"

namespace kato::codex {
namespace {

bool is_the_assistants(kato_event_kind kind) noexcept {
  return kind == KATO_ASSISTANT_MESSAGE || kind == KATO_ASSISTANT_THINKING ||
         kind == KATO_ASSISTANT_TOOL_CALL || kind == KATO_ASSISTANT_DECISION_PROMPT;
}

}  // namespace

sdk::Draft Line::draft(kato_event_kind kind, std::string_view part_key) const {
  auto made = record.draft(kind, part_key);
  made.turn_id = turn_id;
  if (is_the_assistants(kind)) made.model = state.model;
  if (state.copied.copying()) made.flags |= KATO_DRAFT_INHERITED;
  return made;
}

void Line::emit_text(kato_event_kind kind, std::string_view part_key, std::string_view subtype,
                     std::string_view text) const {
  if (trimmed(text).empty()) return;
  auto made = draft(kind, part_key);
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

uint64_t twin_hash(const Line& line, std::string_view text) {
  return line.hash(trimmed(text));
}

}  // namespace kato::codex
