// What was chosen of a question's options, from the one text that the log has of the answer.
#pragma once

#include <kato/provider.hpp>
#include <string_view>
#include <vector>

namespace kato::gemini {

// Puts the labels that `answer` names into `selections`, in its order. Several are joined with
// ", ". Returns what is left: the person's own words.
std::string_view split_answer(std::string_view answer, const std::vector<sdk::Option>& options,
                              bool several, std::vector<std::string_view>& selections);

}  // namespace kato::gemini
