#include "decision.h"

#include <algorithm>
#include <string>
#include <vector>

#include "content.h"
#include "user_text.h"

namespace kato::claude {
namespace {

// The plan's two answers: the log has no words of its own for them.
constexpr std::string_view kApproved = "approved";
constexpr std::string_view kRejected = "rejected";

// More are not looked at: the client itself allows a handful, and a log may say anything.
constexpr size_t kMostQuestions = 32;
constexpr size_t kMostOptions = 64;

std::string_view decision_id(const Mapping& to, std::string_view call, size_t number) {
  return to.arena().join({call, "/", std::to_string(number)});
}

sdk::Draft prompt_draft(const Mapping& to, std::string_view call, size_t number) {
  const auto id = decision_id(to, call, number);
  auto prompt = to.draft(KATO_ASSISTANT_DECISION_PROMPT, to.part("question", id, number));
  prompt.decision_id = id;
  return prompt;
}

sdk::Draft response_draft(const Mapping& to, std::string_view call, size_t number) {
  const auto id = decision_id(to, call, number);
  auto response = to.draft(KATO_USER_DECISION_RESPONSE, to.part("answer", id, number));
  response.decision_id = id;
  return response;
}

void ask(const Mapping& to, sdk::Draft prompt, Value question) {
  const auto header = question["header"].text();
  prompt.decision_key = header.empty() ? prompt.decision_id : header;
  prompt.text = question["question"].text();
  for (const Value option : question["options"].items()) {
    if (prompt.options.size() == kMostOptions) break;
    const auto label = option.is_string() ? option.text() : option["label"].text();
    prompt.options.push_back({label, option["description"].text()});
  }
  if (question["multiSelect"].is_true()) prompt.payload_flags |= KATO_PAYLOAD_MULTI_SELECT;
  to.record.emit(prompt);
}

void ask_for_plan(const Mapping& to, sdk::Draft prompt, Value input) {
  prompt.decision_key = "plan";
  prompt.text = input["plan"].text();
  if (prompt.text.empty()) prompt.text = input["planFilePath"].text();
  prompt.options = {{kApproved, {}}, {kRejected, {}}};
  to.record.emit(prompt);
}

void add_words(jsonlog::Arena& arena, std::string_view& words, std::string_view more,
               std::string_view between) {
  if (more.empty()) return;
  words = words.empty() ? more : arena.join({words, between, more});
}

// Takes a choice in quotes off the front of `answer`: newer clients write those with commas or
// quotes so. False: there is none.
bool take_quoted(jsonlog::Arena& arena, std::string_view& answer, std::string_view& choice) {
  if (!answer.starts_with('"')) return false;
  std::string words;
  for (size_t at = 1; at < answer.size(); ++at) {
    if (answer[at] == '"') {
      choice = arena.copy(words);
      answer.remove_prefix(at + 1);
      return true;
    }
    const bool escaped = answer[at] == '\\' && at + 1 < answer.size();
    if (escaped) ++at;
    words.push_back(escaped && answer[at] == 'n' ? '\n' : answer[at]);
  }
  return false;
}

// The labels that an answer to a question with several choices consists of: joined by ", ", and
// those of older clients may have commas themselves. What is no label is the person's own text.
void split_answer(jsonlog::Arena& arena, std::string_view answer,
                  const std::vector<std::string_view>& labels, sdk::Draft& response) {
  constexpr std::string_view kSeparator = ", ";
  while (!answer.empty()) {
    std::string_view choice;
    if (take_quoted(arena, answer, choice)) {
      if (std::find(labels.begin(), labels.end(), choice) != labels.end()) {
        response.selections.push_back(choice);
      } else {
        add_words(arena, response.free_text, choice, kSeparator);
      }
      answer.remove_prefix(std::min(kSeparator.size(), answer.size()));
      continue;
    }
    std::string_view longest;
    for (const auto label : labels) {
      const auto behind = answer.substr(std::min(label.size(), answer.size()));
      const bool stands =
          answer.starts_with(label) && (behind.empty() || behind.starts_with(kSeparator));
      if (stands && label.size() > longest.size()) longest = label;
    }
    if (longest.empty()) {
      add_words(arena, response.free_text, answer, kSeparator);
      return;
    }
    response.selections.push_back(longest);
    answer.remove_prefix(std::min(longest.size() + kSeparator.size(), answer.size()));
  }
}

// An answer as the log has it: one text, or a list of labels.
void read_answer(jsonlog::Arena& arena, Value answer, Value question, sdk::Draft& response) {
  std::vector<std::string_view> labels;
  for (const Value option : question["options"].items()) {
    if (labels.size() == kMostOptions) break;
    labels.push_back(option.is_string() ? option.text() : option["label"].text());
  }
  const auto choose = [&](std::string_view text) {
    if (std::find(labels.begin(), labels.end(), text) != labels.end()) {
      response.selections.push_back(text);
    } else {
      add_words(arena, response.free_text, text, ", ");
    }
  };
  if (answer.is_array()) {
    for (const Value part : answer.items()) {
      if (response.selections.size() == kMostOptions) break;
      choose(part.text());
    }
  } else if (question["multiSelect"].is_true()) {
    split_answer(arena, answer.text(), labels, response);
  } else {
    choose(answer.text());
  }
}

// By the question's text, or by what it is called.
Value answer_to(Value question, Value answers) {
  const Value answer = answers.member_named(question["question"].text());
  return answer.exists() ? answer : answers.member_named(question["header"].text());
}

void answer_question(const Mapping& to, std::string_view call, Value question, Value result,
                     size_t number) {
  constexpr std::string_view kNone = "(No answer provided)";
  constexpr std::string_view kNotesOnly = "(notes only)";
  const auto asked = question["question"].text();
  const Value answer = answer_to(question, result["answers"]);
  const auto text = answer.text();
  const bool answered = answer.is_array() || (text != kNone && text != kNotesOnly);
  auto response = response_draft(to, call, number);
  if (answered) read_answer(to.arena(), answer, question, response);
  const auto notes = result["annotations"].member_named(asked)["notes"].text();
  add_words(to.arena(), response.free_text, notes, "\n");
  if (!response.free_text.empty() || !response.selections.empty()) to.record.emit(response);
}

// Declined with some of the questions answered: the client lists them in the result's text, in the
// order in which they were asked.
void map_listed_answers(const Mapping& to, std::string_view call, std::string_view result) {
  constexpr std::string_view kAnswer = "  Answer: ";
  constexpr std::string_view kNone = "  (No answer provided)";
  const size_t list = result.find("\n    Questions asked:");
  auto rest = list == std::string_view::npos ? std::string_view() : result.substr(list);
  size_t number = 0;
  while (!rest.empty() && number < kMostQuestions) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.starts_with(kAnswer)) {
      auto response = response_draft(to, call, number);
      response.free_text = line.substr(kAnswer.size());
      to.record.emit(response);
    }
    if (line.starts_with(kAnswer) || line == kNone) ++number;
  }
}

// A plan's result. Errors of the tool itself, and what settings or other agents approved, are no
// person's answers.
void answer_plan(const Mapping& to, std::string_view call, Value tool_result, Value use_result) {
  const auto text = result_text(to, tool_result["content"]);
  const bool failed = tool_result["is_error"].is_true();
  const auto source = to.line.permission["source"].word();
  if (failed && !is_rejection(text)) return;
  if (use_result["isAgent"].is_true()) return;
  if (!source.empty() && !source.starts_with("user")) return;
  auto response = response_draft(to, call, 0);
  response.selections = {failed ? kRejected : kApproved};
  to.record.emit(response);
}

}  // namespace

void map_decision_prompts(const Mapping& to, Value tool_use, std::string_view model) {
  const auto name = tool_use["name"].word();
  const auto call = tool_use["id"].word();
  const Value input = tool_use["input"];
  if (call.empty() || call.size() > jsonlog::kMaxIdBytes) return;
  if (name == "AskUserQuestion") {
    size_t number = 0;
    for (const Value question : input["questions"].items()) {
      if (number == kMostQuestions) break;
      auto prompt = prompt_draft(to, call, number++);
      prompt.model = model;
      ask(to, std::move(prompt), question);
    }
  } else if (name == "ExitPlanMode" || name == "exit_plan_mode") {
    to.memory.plans.add(to.hash(call));
    auto prompt = prompt_draft(to, call, 0);
    prompt.model = model;
    ask_for_plan(to, std::move(prompt), input);
  }
}

std::string_view words_instead_of_answers(Value tool_use_result) {
  return tool_use_result["questions"].is_array() ? tool_use_result["response"].text()
                                                 : std::string_view();
}

void map_decision_answers(const Mapping& to, Value tool_result, Value tool_use_result) {
  const auto call = tool_result["tool_use_id"].word();
  if (call.empty() || call.size() > jsonlog::kMaxIdBytes) return;
  if (tool_use_result["answers"].is_object()) {
    size_t number = 0;
    for (const Value question : tool_use_result["questions"].items()) {
      if (number == kMostQuestions) break;
      answer_question(to, call, question, tool_use_result, number++);
    }
  }
  if (to.memory.plans.remove(to.hash(call))) answer_plan(to, call, tool_result, tool_use_result);
  if (!tool_result["is_error"].is_true()) return;
  const auto text = result_text(to, tool_result["content"]);
  if (is_rejection(text)) map_listed_answers(to, call, text);
}

}  // namespace kato::claude
