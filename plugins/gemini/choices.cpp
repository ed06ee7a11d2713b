#include "choices.h"

namespace kato::gemini {
namespace {

constexpr std::string_view kJoint = ", ";
// A question has at most four options; these only bound what odd logs cost.
constexpr size_t kMaxOptions = 64;
constexpr size_t kMaxSelections = 1000;

// The longest label at the front of `answer` that ends where a choice may end.
std::string_view first_label(std::string_view answer, const std::vector<sdk::Option>& options) {
  std::string_view found;
  for (size_t i = 0; i < options.size() && i < kMaxOptions; ++i) {
    const auto label = options[i].label;
    if (label.size() <= found.size() || !answer.starts_with(label)) continue;
    const auto rest = answer.substr(label.size());
    if (rest.empty() || rest.starts_with(kJoint)) found = label;
  }
  return found;
}

}  // namespace

std::string_view split_answer(std::string_view answer, const std::vector<sdk::Option>& options,
                              bool several, std::vector<std::string_view>& selections) {
  if (!several) {
    for (const auto& option : options) {
      if (option.label == answer) {
        selections.push_back(answer);
        return {};
      }
    }
    return answer;
  }
  while (!answer.empty() && selections.size() < kMaxSelections) {
    const auto label = first_label(answer, options);
    if (label.empty()) return answer;
    selections.push_back(label);
    answer.remove_prefix(label.size());
    if (answer.starts_with(kJoint)) answer.remove_prefix(kJoint.size());
  }
  return answer;
}

}  // namespace kato::gemini
