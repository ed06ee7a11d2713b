#include "queue.h"

namespace kato::claude {

bool contains_lines(std::string_view whole, std::string_view part) noexcept {
  if (part.empty()) return false;
  for (size_t at = whole.find(part); at != std::string_view::npos;) {
    const size_t end = at + part.size();
    const bool begins = at == 0 || whole[at - 1] == '\n';
    const bool ends = end == whole.size() || whole[end] == '\n' || whole[end] == '\r';
    if (begins && ends) return true;
    const size_t next_line = whole.find('\n', at);
    if (next_line == std::string_view::npos) return false;
    at = whole.find(part, next_line + 1);
  }
  return false;
}

}  // namespace kato::claude
