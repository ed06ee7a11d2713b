#include "turn_event.h"

#include "answer.h"
#include "json_object.h"

namespace kato::codex {
namespace {

// An error may come as an event and again at the end of its turn.
void tell_error(Line& line, std::string_view message, std::string_view data) {
  const uint64_t hash = line.hash(message);
  if (line.state.error == hash) return;
  line.state.error = hash;
  line.emit_info("api-error", message, data, KATO_LEVEL_ERROR);
}

}  // namespace

void on_task_started(Line& line) {
  line.state.begin_turn(line.named_turn);
  line.record.ignore("turn-state");
}

void on_task_complete(Line& line) {
  auto& state = line.state;
  const auto last = line.payload["last_agent_message"].text();
  if (!state.answered && !trimmed(last).empty()) on_answer_event(line, {}, last, "final_answer");
  if (const auto error = line.payload["error"]; error.is_object()) {
    tell_error(line, error["message"].text(), error.json());
  }
  JsonObject data;
  data.add_all(line.payload, {"duration_ms", "time_to_first_token_ms"});
  line.emit_info("turn-end", {}, data.finish(line));
}

void on_turn_aborted(Line& line) {
  if (line.state.abort_told) {
    line.state.abort_told = false;
    line.record.ignore("duplicate");
    return;
  }
  line.state.abort_told = true;
  line.state.abort_note_due = true;
  line.emit_info("interruption", line.payload["reason"].text());
}

void tell_abort_note(Line& line, std::string_view note) {
  constexpr std::string_view kBegin = "<turn_aborted>";
  const bool told = line.state.abort_told || line.state.abort_note_due;
  line.state.abort_note_due = false;
  if (told) return;
  line.state.abort_told = true;
  note = trimmed(note);
  if (note.starts_with(kBegin)) note.remove_prefix(kBegin.size());
  line.emit_info("interruption", trimmed(note.substr(0, note.find("</turn_aborted>"))));
}

void on_thread_rolled_back(Line& line) {
  JsonObject data;
  data.add("num_turns", line.payload["num_turns"]);
  line.emit_info("rollback", {}, data.finish(line));
}

void on_thread_name_updated(Line& line) {
  const auto name = line.payload["thread_name"].text();
  if (trimmed(name).empty()) {
    line.record.ignore("empty");
  } else {
    line.emit_info("title", name);
  }
}

void on_thread_goal_updated(Line& line) {
  const auto goal = line.payload["goal"];
  line.emit_info("goal", goal.is_object() ? goal["objective"].text() : goal.text(),
                 goal.is_object() ? goal.json() : std::string_view());
}

void on_token_count(Line& line) {
  const auto info = line.payload["info"];
  const auto usage = info.is_object() ? info : line.payload["usage"];
  if (!usage.is_object()) {
    line.record.ignore("empty");
    return;
  }
  const auto total = usage["total_token_usage"];
  const uint64_t hash = line.hash((total.exists() ? total : usage).bytes());
  if (hash == line.state.usage) {
    line.record.ignore("unchanged");
    return;
  }
  line.state.usage = hash;
  line.emit_info("token-usage", {}, usage.json());
}

void on_trouble(Line& line, std::string_view subtype, kato_level level) {
  const auto message = line.payload["message"].text();
  if (level == KATO_LEVEL_ERROR) {
    tell_error(line, message, {});
    line.record.ignore("repeated");
  } else {
    line.emit_info(subtype, message, {}, level);
  }
}

void on_model_reroute(Line& line) {
  JsonObject data;
  data.add_all(line.payload, {"from_model", "to_model", "reason"});
  line.emit_info("model-change", line.payload["to_model"].text(), data.finish(line));
}

void on_compacted(Line& line) {
  const auto summary = line.payload["message"].text();
  if (trimmed(summary).empty()) {
    line.emit_info("compaction", {});
  } else {
    line.emit_text(KATO_SYSTEM_MESSAGE, "summary", "compaction-summary", summary);
  }
}

void on_review_begin(Line& line, jsonlog::Value source) {
  const auto target = source["target"];
  line.state.review = target["type"].word() == "custom" ? Review::kCustom : Review::kPreset;
  line.emit_info("review-start", source["user_facing_hint"].text(), target.json());
}

void on_review_end(Line& line, jsonlog::Value source) {
  line.state.review = Review::kNone;
  const auto output = source["review_output"];
  line.emit_info("review-end", {}, output.is_object() ? output.json() : std::string_view());
}

void on_sub_agent_activity(Line& line, jsonlog::Value source) {
  JsonObject data;
  data.add_all(source, {"agent_thread_id", "agent_path", "kind"});
  line.emit_info("sub-agent", source["kind"].text(), data.finish(line));
}

}  // namespace kato::codex
