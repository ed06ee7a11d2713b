#include "tests/fuzz/format_words.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace kato::fuzz {
namespace {

constexpr size_t kShortestWord = 2;
constexpr size_t kLongestWord = 40;
constexpr size_t kMostWords = 600;

bool is_word(std::string_view text) {
  if (text.size() < kShortestWord || text.size() > kLongestWord) return false;
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./$:<> ").contains(c);
  });
}

}  // namespace

std::string dictionary_of(const std::vector<std::string>& seeds) {
  std::map<std::string_view, size_t> counts;
  for (const std::string_view seed : seeds) {
    size_t open = seed.find('"');
    while (open != std::string_view::npos) {
      const size_t close = seed.find('"', open + 1);
      if (close == std::string_view::npos) break;
      if (is_word(seed.substr(open + 1, close - open - 1))) {
        ++counts[seed.substr(open + 1, close - open - 1)];
      }
      open = close;
    }
  }
  std::vector<std::pair<size_t, std::string_view>> words;
  words.reserve(counts.size());
  for (const auto& [word, count] : counts) {
    words.emplace_back(count, word);
  }
  std::ranges::sort(words, std::ranges::greater());
  if (words.size() > kMostWords) words.resize(kMostWords);
  std::string dictionary;
  for (const auto& [count, word] : words) {
    dictionary += "\"\\\"";
    dictionary += word;
    dictionary += "\\\"\"\n";
  }
  return dictionary;
}

}  // namespace kato::fuzz
