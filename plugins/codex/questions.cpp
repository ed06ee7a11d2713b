#include "questions.h"

#include <algorithm>
#include <string>

namespace kato::codex {
namespace {

constexpr std::string_view kWithheld = "[an answer was secret]";

void ask(Line& line, std::string_view call_id, jsonlog::Value question, size_t index) {
  auto id = question["id"].text();
  if (id.empty()) id = line.arena().copy(std::to_string(index));
  auto draft = line.draft(KATO_ASSISTANT_DECISION_PROMPT, line.arena().join({"prompt/", id}));
  draft.decision_id = line.arena().join({call_id, "/", id});
  draft.decision_key = id;
  draft.text = question["question"].text();
  if (draft.text.empty()) draft.text = question["header"].text();
  for (const auto option : question["options"].items()) {
    draft.options.push_back({option.is_string() ? option.text() : option["label"].text(),
                             option["description"].text()});
  }
  line.record.emit(draft);
}

void tell_answer(Line& line, std::string_view call_id, std::string_view question,
                 jsonlog::Value answers, bool secret) {
  constexpr std::string_view kNote = "user_note: ";
  auto draft = line.draft(KATO_USER_DECISION_RESPONSE, line.arena().join({"answer/", question}));
  draft.decision_id = line.arena().join({call_id, "/", question});
  draft.decision_key = question;
  if (secret) {
    draft.free_text = kWithheld;
  } else {
    const auto take = [&](std::string_view text) {
      if (text.starts_with(kNote)) {
        const auto note = text.substr(kNote.size());
        draft.free_text =
            draft.free_text.empty() ? note : line.arena().join({draft.free_text, "\n", note});
      } else if (!text.empty()) {
        draft.selections.push_back(text);
      }
    };
    if (answers.is_string()) take(answers.text());
    for (const auto answer : answers.items()) {
      take(answer.text());
    }
  }
  if (draft.selections.empty() && draft.free_text.empty()) return;
  line.record.emit(draft);
}

}  // namespace

void ask_questions(Line& line, std::string_view call_id, std::string_view arguments, bool async) {
  if (line.inner.parse(arguments) != jsonlog::JsonError::kNone) return;
  OpenQuestion open;
  open.call = line.hash(call_id);
  open.answered_later = async;
  size_t index = 0;
  for (const auto question : line.inner.root()["questions"].items()) {
    constexpr size_t kMostSecrets = 64;
    if (question["isSecret"].is_true() && open.secrets.size() < kMostSecrets) {
      open.secrets.push_back(line.hash(question["id"].text()));
    }
    ask(line, call_id, question, index++);
  }
  if (index > 0) line.state.open_question(std::move(open));
}

std::string_view without_secrets(const Line& line, std::string_view call_id,
                                 std::string_view output) {
  const OpenQuestion* const open = line.state.question(line.hash(call_id));
  return open == nullptr || open->secrets.empty() ? output : kWithheld;
}

void tell_answers(Line& line, std::string_view call_id, std::string_view output) {
  const uint64_t call = line.hash(call_id);
  const OpenQuestion* const open = line.state.question(call);
  if (open == nullptr) return;
  const OpenQuestion asked = *open;
  if (!asked.answered_later) line.state.close_question(call);
  if (line.inner.parse(line.arena().copy(output)) != jsonlog::JsonError::kNone) return;
  const auto answers = line.inner.root()["answers"];
  if (!answers.is_object()) return;
  line.state.close_question(call);
  for (const auto& [id, answer] : answers.members()) {
    const auto given = answer["answers"].is_array() ? answer["answers"] : answer;
    const bool secret =
        std::find(asked.secrets.begin(), asked.secrets.end(), line.hash(id)) != asked.secrets.end();
    tell_answer(line, call_id, id, given, secret);
  }
}

namespace {

// A question that a script asked has no call among the items: its answer's record tells both.
void tell_unasked(Line& line, std::string_view call_id) {
  size_t index = 0;
  for (const auto question : line.payload["questions"].items()) {
    const auto id = line.arena().copy(std::to_string(index++));
    const auto decision = line.arena().join({call_id, "/", id});
    auto prompt = line.draft(KATO_ASSISTANT_DECISION_PROMPT, line.arena().join({"prompt/", id}));
    prompt.decision_id = decision;
    prompt.decision_key = id;
    prompt.text = question["question"].text();
    line.record.emit(prompt);
    auto response = line.draft(KATO_USER_DECISION_RESPONSE, line.arena().join({"answer/", id}));
    response.decision_id = decision;
    response.decision_key = id;
    response.selections.push_back(question["answer"].text());
    line.record.emit(response);
  }
}

}  // namespace

void on_verified_answer(Line& line) {
  const auto call_id = line.payload["call_id"].word();
  const uint64_t call = line.hash(call_id);
  const OpenQuestion* const open = line.state.question(call);
  if (open == nullptr && !line.state.answered_calls.has(call)) {
    tell_unasked(line, call_id);
    return;
  }
  if (open == nullptr || !open->answered_later) {
    line.record.ignore("duplicate");  // of the call's output
    return;
  }
  const bool secret = !open->secrets.empty();
  line.state.close_question(call);
  size_t index = 0;
  for (const auto question : line.payload["questions"].items()) {
    auto draft = line.draft(KATO_USER_DECISION_RESPONSE,
                            line.arena().join({"answer/", std::to_string(index++)}));
    draft.decision_id = call_id;
    if (secret) {
      draft.free_text = kWithheld;
    } else {
      draft.selections.push_back(question["answer"].text());
    }
    line.record.emit(draft);
  }
}

}  // namespace kato::codex
