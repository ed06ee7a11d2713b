#include "framing.h"

#include <algorithm>

namespace kato::jsonlog {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
// What a file system leaves where a power loss took what was written. The next line stands behind
// it.
constexpr char kHole = '\0';

bool is_blank(std::string_view text) noexcept {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

Frame next_frame(std::string_view input, FramingRules rules) noexcept {
  if (input.empty()) return {};
  if (rules.at_beginning) {
    if (input.starts_with(kByteOrderMark)) {
      return {FrameKind::kBlank, {}, kByteOrderMark.size()};
    }
  }
  const size_t end = input.find('\n');
  if (end == std::string_view::npos && !rules.final) return {};
  std::string_view text = input.substr(0, end);
  const size_t length = end == std::string_view::npos ? input.size() : end + 1;
  text.remove_prefix(std::min(text.find_first_not_of(kHole), text.size()));
  if (is_blank(text)) return {FrameKind::kBlank, {}, length};
  if (text.ends_with('\r')) text.remove_suffix(1);
  return {FrameKind::kLine, text, length};
}

}  // namespace kato::jsonlog
