#include "answer.h"

#include <string>
#include <vector>

namespace kato::codex {
namespace {

constexpr std::string_view kPlanBegin = "<proposed_plan>";
constexpr std::string_view kPlanEnd = "</proposed_plan>";

bool is_text(std::string_view type) noexcept {
  return type == "output_text" || type == "text" || type == "input_text" || type == "Text";
}

// Where the answer came from memory is noted behind it, for the client alone.
std::string_view without_citation(std::string_view text) noexcept {
  constexpr std::string_view kCitation = "<oai-mem-citation>";
  const size_t at = text.find(kCitation);
  return at == std::string_view::npos ? text : trimmed(text.substr(0, at));
}

void tell(Line& line, std::string_view part_key, std::string_view text, std::string_view phase) {
  if (trimmed(text).empty()) return;
  auto draft = line.draft(KATO_ASSISTANT_MESSAGE, part_key);
  draft.text = text;
  draft.phase = phase;
  line.record.emit(draft);
  line.state.answered = true;
  line.state.abort_note_due = false;
}

// Parts of which the log has no mapping here.
void tell_unknown_blocks(Line& line) {
  size_t index = 0;
  for (const auto block : line.payload["content"].items()) {
    if (!is_text(block["type"].word()) && block["type"].word() != "refusal") {
      line.record.emit_raw(line.arena().join({"raw/", std::to_string(index)}));
    }
    ++index;
  }
}

// A plan within an answer, which has an event of its own. What stands around it may have another
// one.
void on_plan_item(Line& line, std::string_view text, size_t begin) {
  auto& state = line.state;
  const size_t inner = begin + kPlanBegin.size();
  const size_t end = text.find(kPlanEnd, inner);
  const auto plan = trimmed(text.substr(inner, end == std::string_view::npos ? end : end - inner));
  const auto before = trimmed(text.substr(0, begin));
  const auto rest = end == std::string_view::npos ? std::string_view()
                                                  : trimmed(text.substr(end + kPlanEnd.size()));
  const auto phase = phase_of(line.payload["phase"].word());
  const auto tell_part = [&](std::string_view key, std::string_view part) {
    if (!state.answer_events.take(twin_hash(line, part))) tell(line, key, part, phase);
  };
  const uint64_t plan_hash = twin_hash(line, plan);
  const uint64_t around = twin_hash(line, line.arena().join({before, rest}));
  const bool whole_told = state.answer_events.take(twin_hash(line, text));
  const bool around_told = whole_told || state.answer_events.take(around);
  if (!around_told) tell_part("text", before);
  if (!whole_told && !state.answer_events.take(plan_hash)) {
    tell(line, "plan", plan, phase);
    state.answer_items.put(plan_hash);
  }
  if (!around_told) {
    tell_part("rest", rest);
    if (!before.empty() || !rest.empty()) state.answer_items.put(around);
  }
  state.answered = true;
  line.record.ignore("duplicate");
}

// Clients announce each text of an answer by an event of its own. Its hashes, if there are several.
std::vector<uint64_t> hashes_of_texts(const Line& line) {
  std::vector<uint64_t> hashes;
  for (const auto block : line.payload["content"].items()) {
    const auto text = without_citation(block["text"].text());
    if (is_text(block["type"].word()) && !trimmed(text).empty()) {
      hashes.push_back(twin_hash(line, text));
    }
  }
  if (hashes.size() < 2) hashes.clear();
  return hashes;
}

bool texts_were_announced(Line& line) {
  const auto hashes = hashes_of_texts(line);
  auto announced = line.state.answer_events;
  for (const uint64_t hash : hashes) {
    if (!announced.take(hash)) return false;
  }
  line.state.answer_events = announced;
  return !hashes.empty();
}

// Its events may follow.
void remember_item(Line& line, uint64_t hash) {
  line.state.answer_items.put(hash);
  for (const uint64_t text : hashes_of_texts(line)) {
    line.state.answer_items.put(text);
  }
}

Fate on_announced(Line& line) {
  line.state.seen_answer_pair = true;
  line.record.ignore("duplicate");
  return Fate::kDone;
}

}  // namespace

std::string_view phase_of(std::string_view word) noexcept {
  if (word == "commentary") return "commentary";
  return word == "final_answer" || word == "final" ? "final" : std::string_view();
}

std::string_view answer_text(const Line& line) {
  std::string_view joined;
  const auto content = line.payload["content"];
  if (content.is_string()) return content.text();
  for (const auto block : content.items()) {
    const auto type = block["type"].word();
    const auto text =
        is_text(type) ? block["text"].text() : (type == "refusal" ? block["refusal"].text() : "");
    if (text.empty()) continue;
    joined = joined.empty() ? text : line.arena().join({joined, "\n", text});
  }
  return without_citation(joined);
}

Fate on_answer_item(Line& line) {
  auto& state = line.state;
  const auto text = answer_text(line);
  tell_unknown_blocks(line);
  if (const size_t plan = text.find(kPlanBegin); plan != std::string_view::npos) {
    on_plan_item(line, text, plan);
    return Fate::kDone;
  }
  const uint64_t hash = twin_hash(line, text);
  if (line.shape == Shape::kEnvelope) {
    const bool same_text = state.answer_events.take(hash);
    const bool same_id = state.answer_events.take(line.hash(line.id));
    if (same_text || same_id || texts_were_announced(line)) return on_announced(line);
    if (state.seen_answer_pair && !line.record.gave_something()) {
      state.held_size = trimmed(text).size();
      line.held_tag = hash;
      return Fate::kHold;
    }
    remember_item(line, hash);
  }
  tell(line, "text", text, phase_of(line.payload["phase"].word()));
  line.record.ignore("empty");
  return Fate::kDone;
}

void release_answer_item(Line& line, bool is_summary) {
  const auto text = answer_text(line);
  if (is_summary) {
    line.emit_text(KATO_SYSTEM_MESSAGE, "text", "compaction-summary", text);
  } else {
    remember_item(line, twin_hash(line, text));
    tell(line, "text", text, phase_of(line.payload["phase"].word()));
  }
  line.record.ignore("empty");
}

void on_answer_event(Line& line, std::string_view id, std::string_view text,
                     std::string_view phase) {
  auto& state = line.state;
  const uint64_t hash = twin_hash(line, text);
  const bool told = told_by_other_form(line, hash, state.answer_forms);
  if (told || state.answer_items.take(hash)) {
    line.record.ignore("duplicate");
    return;
  }
  state.answer_events.put(hash);
  if (!id.empty()) state.answer_events.put(line.hash(id));
  tell(line, "text", text, phase_of(phase));
  line.record.ignore("empty");
}

}  // namespace kato::codex
