#include "rollout_state.h"

#include <algorithm>

namespace kato::codex {
namespace {

constexpr size_t kMostNameBytes = 256;
constexpr size_t kMostQuestions = 32;

void save_questions(const std::vector<OpenQuestion>& questions, jsonlog::StateWriter& out) {
  out.number(questions.size());
  for (const auto& question : questions) {
    out.hash(question.call);
    out.flag(question.answered_later);
    out.number(question.secrets.size());
    for (const uint64_t secret : question.secrets) {
      out.hash(secret);
    }
  }
}

void restore_questions(std::vector<OpenQuestion>& questions, jsonlog::StateReader& in) {
  questions.resize(in.count(sizeof(uint64_t) + 2));
  for (auto& question : questions) {
    question.call = in.hash();
    question.answered_later = in.flag();
    question.secrets.resize(in.count(sizeof(uint64_t)));
    for (uint64_t& secret : question.secrets) {
      secret = in.hash();
    }
  }
}

// A number that stands for one of an enumeration's values, of which `last` is the last.
template <class Enum>
Enum restore_enum(jsonlog::StateReader& in, Enum last) {
  const uint64_t value = in.number();
  if (value > static_cast<uint64_t>(last)) {
    in.refuse();
    return {};
  }
  return static_cast<Enum>(value);
}

}  // namespace

void RolloutState::begin_turn(std::string_view id) {
  turn_id = bounded(id);
  answered = false;
  abort_told = false;
  error = 0;
  answer_items.clear();
  answer_events.clear();
  answer_forms.clear();
  thought_forms.clear();
  thought_items.clear();
  thought_events.clear();
}

OpenQuestion* RolloutState::question(uint64_t call) noexcept {
  const auto found = std::find_if(questions.begin(), questions.end(),
                                  [call](const OpenQuestion& open) { return open.call == call; });
  return found == questions.end() ? nullptr : &*found;
}

void RolloutState::open_question(OpenQuestion question) {
  close_question(question.call);
  if (questions.size() == kMostQuestions) questions.erase(questions.begin());
  questions.push_back(std::move(question));
}

void RolloutState::close_question(uint64_t call) {
  const auto closed =
      std::erase_if(questions, [call](const OpenQuestion& open) { return open.call == call; });
  if (closed > 0) answered_calls.put(call);
}

std::string_view RolloutState::bounded(std::string_view name) noexcept {
  return name.size() <= kMostNameBytes ? name : std::string_view();
}

void RolloutState::save(jsonlog::StateWriter& out) const {
  out.text(turn_id);
  out.text(model);
  out.hash(directory);
  out.hash(version);
  out.hash(usage);
  out.hash(error);
  out.hash(thought);
  out.number(thought_parts);
  out.text(open_script);
  for (const bool flag : {sub_agent, seen_meta, seen_item, seen_user_event, eventless,
                          seen_answer_pair, answered, abort_told, abort_note_due}) {
    out.flag(flag);
  }
  out.number(static_cast<uint64_t>(review));
  out.number(static_cast<uint64_t>(holding));
  out.number(static_cast<uint64_t>(half_told));
  out.number(static_cast<uint64_t>(prompt_form));
  out.hash(prompt);
  out.number(held_size);
  copied.save(out);
  for (const auto* memory : {&user_texts, &user_items, &user_events, &client_items, &answer_items,
                             &answer_events, &answer_forms, &thought_forms, &thought_items,
                             &thought_events, &failed_calls, &answered_calls}) {
    memory->save(out);
  }
  save_questions(questions, out);
}

void RolloutState::restore(jsonlog::StateReader& in) {
  turn_id = in.text();
  model = in.text();
  directory = in.hash();
  version = in.hash();
  usage = in.hash();
  error = in.hash();
  thought = in.hash();
  thought_parts = in.number();
  open_script = in.text();
  for (bool* flag : {&sub_agent, &seen_meta, &seen_item, &seen_user_event, &eventless,
                     &seen_answer_pair, &answered, &abort_told, &abort_note_due}) {
    *flag = in.flag();
  }
  review = restore_enum(in, Review::kCustom);
  holding = restore_enum(in, Holding::kAnswer);
  half_told = restore_enum(in, HalfTold::kEvent);
  prompt_form = restore_enum(in, EventForm::kCompleted);
  prompt = in.hash();
  held_size = in.number();
  copied.restore(in);
  for (auto* memory : {&user_texts, &user_items, &user_events, &client_items, &answer_items,
                       &answer_events, &answer_forms, &thought_forms, &thought_items,
                       &thought_events, &failed_calls, &answered_calls}) {
    memory->restore(in);
  }
  restore_questions(questions, in);
}

}  // namespace kato::codex
