// request_user_input: questions with options that a person answers.
#pragma once

#include <string_view>

#include "line.h"

namespace kato::codex {

// The arguments of the call. Each question becomes a prompt of its own.
void ask_questions(Line& line, std::string_view call_id, std::string_view arguments, bool async);
// What may be shown of the output of a call: not the answers, if one of them is secret.
[[nodiscard]] std::string_view without_secrets(const Line& line, std::string_view call_id,
                                               std::string_view output);
// Tells the answers in the output of a call, if it asked a question.
void tell_answers(Line& line, std::string_view call_id, std::string_view output);
// An answer that comes as a record of its own.
void on_verified_answer(Line& line);

}  // namespace kato::codex
