// Words that stand nowhere else, by which the oracle finds what was said: "t2m17e" for message 17
// of session 2, "u5e" for what the person wrote into a file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kato::simulation {

struct FoundToken {
  std::string token;
  size_t offset = 0;
};

// In order. Those in YAML front matter at the beginning do not count.
[[nodiscard]] std::vector<FoundToken> find_tokens(std::string_view content);
[[nodiscard]] inline bool is_users(std::string_view token) {
  return token.starts_with('u');
}
// Where front matter at the beginning ends; 0 if there is none.
[[nodiscard]] size_t front_matter_size(std::string_view content);

}  // namespace kato::simulation
