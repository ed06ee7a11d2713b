#include "tests/simulation/tokens.h"

#include <algorithm>
#include <cctype>

namespace kato::simulation {
namespace {

constexpr std::string_view kFence = "---\n";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

size_t digits_from(std::string_view text, size_t at) {
  while (at < text.size() && is_digit(text[at])) {
    ++at;
  }
  return at;
}

// The end of a token that begins at `at`, or `at` if none does.
size_t token_end(std::string_view text, size_t at) {
  if (text[at] != 't' && text[at] != 'u') return at;
  size_t end = digits_from(text, at + 1);
  if (end == at + 1) return at;
  if (text[at] == 't') {
    if (end >= text.size() || text[end] != 'm') return at;
    const size_t number = end + 1;
    end = digits_from(text, number);
    if (end == number) return at;
  }
  return end < text.size() && text[end] == 'e' ? end + 1 : at;
}

}  // namespace

size_t front_matter_size(std::string_view content) {
  if (!content.starts_with(kFence)) return 0;
  const auto end = content.find("\n---\n", kFence.size() - 1);
  return end == std::string_view::npos ? 0 : end + kFence.size() + 1;
}

namespace {

// Of one that a power loss tore: the lines that are left of it, the last one perhaps not whole.
size_t torn_front_matter_size(std::string_view content) {
  constexpr std::string_view kKeys[] = {
      "id: ", "title: ", "desc: ", "created: ", "participants: ", "sessionId: ", "recordingIds: "};
  size_t size = kFence.size();
  while (size < content.size()) {
    const auto line = content.substr(size, content.find('\n', size) - size);
    const bool is_of_it = std::ranges::any_of(kKeys, [&line](std::string_view key) {
      return line.starts_with(key) || (!line.empty() && key.starts_with(line));
    });
    if (!is_of_it) return size;
    size = std::min(content.size(), size + line.size() + 1);
  }
  return size;
}

}  // namespace

std::vector<FoundToken> find_tokens(std::string_view content) {
  std::vector<FoundToken> found;
  size_t head_bytes = front_matter_size(content);
  if (head_bytes == 0 && content.starts_with(kFence)) head_bytes = torn_front_matter_size(content);
  for (size_t at = head_bytes; at < content.size();) {
    const bool begins_word =
        at == 0 || std::isalnum(static_cast<unsigned char>(content[at - 1])) == 0;
    const size_t end = begins_word ? token_end(content, at) : at;
    if (end == at) {
      ++at;
      continue;
    }
    found.push_back({std::string(content.substr(at, end - at)), at});
    at = end;
  }
  return found;
}

}  // namespace kato::simulation
