#include "decision.h"

#include <optional>
#include <vector>

#include "choices.h"

namespace kato::gemini {
namespace {

// More questions than this are asked, but not answered here: a tool call has at most four.
constexpr uint64_t kMaxAnswers = 64;
constexpr size_t kMaxOptions = 1000;

// A plan's two answers: the log has no words of its own for them.
constexpr std::string_view kYes = "approved";
constexpr std::string_view kNo = "rejected";
constexpr std::string_view kApproved = "Plan approved.";
constexpr std::string_view kApprovedUnasked = "Plan approved. Switching to YOLO mode";
constexpr std::string_view kRejected = "Plan rejected.";
constexpr std::string_view kFeedback = "Plan rejected. User feedback: ";
constexpr std::string_view kFeedbackEnd = "\n\nThe plan is stored at: ";
constexpr std::string_view kDialogLeft = "User cancelled the plan approval dialog.";

bool is_question(const Decision& decision) {
  return decision.call["name"].word() == "ask_user";
}
bool is_plan(const Decision& decision) {
  return decision.call["name"].word() == "exit_plan_mode";
}

sdk::Draft decision_draft(const Message& message, const Decision& decision, kato_event_kind kind,
                          std::string_view name, std::optional<uint64_t> index) {
  auto& arena = message.arena();
  const auto place = index ? message.part_key("", *index) : std::string_view();
  auto draft = message.draft(kind, arena.join({name, decision.part_suffix, place}));
  draft.record_key = decision.record_key;
  draft.tool_call_id = decision.call_id;
  draft.decision_id = arena.join({decision.call_id, place});
  const auto done = decision.call["timestamp"].word();
  if (kind == KATO_USER_DECISION_RESPONSE && !done.empty()) draft.provider_timestamp = done;
  return draft;
}

void add_options(sdk::Draft& draft, Value question) {
  for (const auto option : question["options"].items()) {
    if (draft.options.size() == kMaxOptions) break;
    if (option.is_string()) {
      draft.options.push_back({option.text(), {}});
    } else {
      draft.options.push_back({option["label"].text(), or_absent(option["description"].text())});
    }
  }
  if (draft.options.empty() && question["type"].word() == "yesno") {
    draft.options = {{"Yes", {}}, {"No", {}}};
  }
}

void prompt_questions(const Message& message, const Decision& decision) {
  uint64_t index = 0;
  for (const auto question : decision.call["args"]["questions"].items()) {
    auto draft =
        decision_draft(message, decision, KATO_ASSISTANT_DECISION_PROMPT, "decision", index++);
    draft.decision_key = question["header"].text();
    if (draft.decision_key.empty()) draft.decision_key = "question";
    draft.text = question["question"].text();
    add_options(draft, question);
    if (question["multiSelect"].is_true()) draft.payload_flags |= KATO_PAYLOAD_MULTI_SELECT;
    message.emit(draft);
  }
}

// The result is {"answers":{"0":"...","1":"..."}}: by the question's place.
void answer_questions(const Message& message, const Decision& decision) {
  auto& json = message.scratch();
  if (json.parse(decision.result) != jsonlog::JsonError::kNone) return;
  const auto answers = json.root()["answers"];
  uint64_t index = 0;
  for (const auto question : decision.call["args"]["questions"].items()) {
    if (index >= kMaxAnswers) break;
    const auto answer = answers[message.part_key("", index).substr(1)].text();
    if (!answer.empty()) {
      auto draft = decision_draft(message, decision, KATO_USER_DECISION_RESPONSE, "answer", index);
      sdk::Draft asked;
      add_options(asked, question);
      draft.free_text = or_absent(
          split_answer(answer, asked.options, question["multiSelect"].is_true(), draft.selections));
      message.emit(draft);
    }
    ++index;
  }
}

// Where no person is asked, the client approves by itself and goes on without asking for anything.
bool was_shown(const Decision& decision) {
  const auto result = decision.result;
  const bool approved = result.starts_with(kApproved) && !result.starts_with(kApprovedUnasked);
  return approved || result.starts_with(kRejected) || result.starts_with(kDialogLeft) ||
         decision.call["status"].word() == "awaiting_approval";
}

void prompt_plan(const Message& message, const Decision& decision) {
  if (!was_shown(decision)) return;
  auto draft = decision_draft(message, decision, KATO_ASSISTANT_DECISION_PROMPT, "decision", {});
  const auto args = decision.call["args"];
  draft.decision_key = "plan";
  draft.text = decision.call["description"].text();
  if (draft.text.empty()) draft.text = args["plan_filename"].text();
  if (draft.text.empty()) draft.text = args["plan_path"].text();
  draft.options = {{kYes, {}}, {kNo, {}}};
  message.emit(draft);
}

void answer_plan(const Message& message, const Decision& decision) {
  const auto result = decision.result;
  const bool approved = result.starts_with(kApproved);
  if (!was_shown(decision) || (!approved && !result.starts_with(kRejected))) return;
  auto draft = decision_draft(message, decision, KATO_USER_DECISION_RESPONSE, "answer", {});
  draft.selections.push_back(approved ? kYes : kNo);
  if (result.starts_with(kFeedback)) {
    const auto feedback = result.substr(kFeedback.size());
    draft.free_text = feedback.substr(0, feedback.rfind(kFeedbackEnd));
  }
  message.emit(draft);
}

}  // namespace

void map_decision_prompt(const Message& message, const Decision& decision) {
  if (decision.call["status"].word() == "error") return;  // refused before anybody saw it
  if (is_question(decision)) prompt_questions(message, decision);
  if (is_plan(decision)) prompt_plan(message, decision);
}

void map_decision_response(const Message& message, const Decision& decision) {
  if (!decision.answered) return;
  if (is_question(decision)) answer_questions(message, decision);
  if (is_plan(decision)) answer_plan(message, decision);
}

}  // namespace kato::gemini
