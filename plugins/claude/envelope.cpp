#include "envelope.h"

#include <algorithm>

namespace kato::claude {
namespace {

// The members by the length of their names: most lines have two dozen, of which few concern us.
void read_short_name(Envelope& line, std::string_view key, Value value) noexcept {
  switch (key.size()) {
    case 3:
      if (key == "cwd") line.cwd = value;
      break;
    case 4:
      if (key == "type") line.type = value.word();
      if (key == "uuid") line.uuid = value.word();
      break;
    case 6:
      if (key == "isMeta") line.is_meta = value.is_true();
      if (key == "origin") line.origin = value;
      break;
    case 7:
      if (key == "message") line.message = value;
      if (key == "content") line.content = value;
      if (key == "version") line.version = value.word();
      if (key == "subtype") line.subtype = value.word();
      if (key == "agentId") line.agent_id = value.word();
      break;
    default:
      break;
  }
}

void read_long_name(Envelope& line, std::string_view key, Value value) noexcept {
  switch (key.size()) {
    case 8:
      if (key == "promptId") line.prompt_id = value.word();
      break;
    case 9:
      if (key == "timestamp") line.timestamp = value.word();
      if (key == "sessionId") line.session_id = value.word();
      break;
    case 10:
      if (key == "attachment") line.attachment = value;
      if (key == "entrypoint") line.entrypoint = value.word();
      if (key == "forkedFrom") line.forked_from = value;
      if (key == "parentUuid") line.parent = value;
      if (key == "turnOrigin") line.turn_origin = value.word();
      break;
    case 11:
      if (key == "planContent") line.plan_content = value;
      if (key == "isSidechain") line.is_sidechain = value.is_true();
      break;
    case 12:
      if (key == "promptSource") line.prompt_source = value.word();
      if (key == "textNotTyped") line.not_typed = line.not_typed || value.is_true();
      if (key == "wakeupSource") line.not_typed = line.not_typed || value.is_string();
      break;
    case 13:
      if (key == "toolUseResult") line.tool_use_result = value;
      break;
    case 14:
      if (key == "toolDenialKind") line.denial_kind = value.word();
      break;
    case 15:
      if (key == "sourceToolUseID") line.source_tool = value.word();
      if (key == "scheduledTaskId") line.not_typed = line.not_typed || value.is_string();
      break;
    case 16:
      if (key == "isCompactSummary") line.is_compact_summary = value.is_true();
      break;
    case 17:
      if (key == "isApiErrorMessage") line.is_api_error = value.is_true();
      break;
    case 18:
      if (key == "permissionDecision") line.permission = value;
      break;
    case 25:
      if (key == "isVisibleInTranscriptOnly") line.is_for_transcript = value.is_true();
      break;
    default:
      break;
  }
}

}  // namespace

Envelope read_envelope(Value root) noexcept {
  Envelope line;
  for (const auto& [key, value] : root.members()) {
    if (key.size() < 8) {
      read_short_name(line, key, value);
    } else {
      read_long_name(line, key, value);
    }
  }
  line.is_spoken = !line.uuid.empty();
  return line;
}

std::string_view bounded_word(std::string_view word) noexcept {
  constexpr size_t kLongest = 64;
  const bool plain = std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
  return plain && !word.empty() && word.size() <= kLongest ? word : "other";
}

bool is_one_of(std::string_view word, std::string_view words) noexcept {
  if (word.empty() || word.find(' ') != std::string_view::npos) return false;
  for (size_t at = words.find(word); at != std::string_view::npos; at = words.find(word, at + 1)) {
    const size_t end = at + word.size();
    const bool begins = at == 0 || words[at - 1] == ' ';
    if (begins && (end == words.size() || words[end] == ' ')) return true;
  }
  return false;
}

}  // namespace kato::claude
