#include "host/base/path_template.h"

#include <algorithm>
#include <array>

namespace kato {
namespace {

constexpr std::array<std::string_view, 12> kDestinationTokens = {
    "state", "project", "provider", "shortId", "sessionId", "title",
    "slug",  "date",    "time",     "year",    "month",     "day"};
constexpr std::array<std::string_view, 2> kFolderTokens = {"state", "project"};

std::string listed(std::span<const std::string_view> tokens) {
  std::string text;
  for (const auto token : tokens) {
    text += (text.empty() ? "{" : " {") + std::string(token) + "}";
  }
  return text;
}

}  // namespace

std::span<const std::string_view> destination_tokens() noexcept {
  return kDestinationTokens;
}

std::span<const std::string_view> folder_tokens() noexcept {
  return kFolderTokens;
}

Result<std::string> fill_template(std::string_view text, const TokenValue& value_of) {
  std::string out;
  size_t at = 0;
  while (at < text.size()) {
    const auto brace = text.find_first_of("{}", at);
    out += text.substr(at, brace - at);
    if (brace == std::string_view::npos) break;
    const auto end = text.find_first_of("{}", brace + 1);
    if (text[brace] == '}' || end == std::string_view::npos || text[end] == '{') {
      return fail(ErrorCode::kInvalid, "'{}' has no partner", text[brace]);
    }
    const auto token = text.substr(brace + 1, end - brace - 1);
    const auto value = value_of(token, brace);
    if (!value) return fail(ErrorCode::kInvalid, "'{{{}}}' cannot stand here", token);
    out += *value;
    at = end + 1;
  }
  return out;
}

Status check_template(std::string_view text, std::span<const std::string_view> tokens) {
  std::string unknown;
  const auto filled =
      fill_template(text, [&](std::string_view token, size_t offset) -> std::optional<std::string> {
        const bool known = std::ranges::find(tokens, token) != tokens.end();
        if (known && (token != "state" || offset == 0)) return "";
        unknown = token;
        return std::nullopt;
      });
  if (filled) return {};
  if (unknown == "state") {
    return fail(ErrorCode::kInvalid, "'{{state}}' may only stand at the beginning");
  }
  if (unknown.empty()) return fail(ErrorCode::kInvalid, "{}", filled.error().message());
  return fail(ErrorCode::kInvalid, "'{{{}}}' is unknown; known are {}", unknown, listed(tokens));
}

}  // namespace kato
