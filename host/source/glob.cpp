#include "host/source/glob.h"

namespace kato {
namespace {

constexpr bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

// One character: a UTF-8 sequence, or a single byte where the text is not UTF-8.
size_t next_character(std::string_view text, size_t at) {
  ++at;
  while (at < text.size() && is_continuation(text[at])) {
    ++at;
  }
  return at;
}

// Only the last '*' is ever taken back, so the cost is at most the product of both lengths.
bool component_matches(std::string_view pattern, std::string_view text) {
  constexpr auto kNone = std::string_view::npos;
  size_t in_pattern = 0;
  size_t in_text = 0;
  size_t star = kNone;
  size_t star_text = 0;
  while (in_text < text.size()) {
    const char wanted = in_pattern < pattern.size() ? pattern[in_pattern] : '\0';
    if (in_pattern < pattern.size() && wanted == '*') {
      star = in_pattern++;
      star_text = in_text;
    } else if (in_pattern < pattern.size() && wanted == '?') {
      ++in_pattern;
      in_text = next_character(text, in_text);
    } else if (in_pattern < pattern.size() && wanted == text[in_text]) {
      ++in_pattern;
      ++in_text;
    } else if (star != kNone) {
      in_pattern = star + 1;
      in_text = ++star_text;
    } else {
      return false;
    }
  }
  while (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
    ++in_pattern;
  }
  return in_pattern == pattern.size();
}

}  // namespace

Result<Glob> Glob::compile(std::string_view pattern) {
  if (pattern.empty() || pattern.front() == '/' || pattern.back() == '/' ||
      pattern.find("//") != std::string_view::npos) {
    return fail(ErrorCode::kInvalid, "pattern '{}': not a relative path", pattern);
  }
  Glob glob;
  for_each_component(pattern, [&](std::string_view component) {
    if (component == "**" && !glob.components_.empty() && glob.components_.back() == "**") return;
    glob.components_.emplace_back(component);
  });
  for (const auto& component : glob.components_) {
    if (component == "." || component == "..") {
      return fail(ErrorCode::kInvalid, "pattern '{}': '{}' is not allowed in it", pattern,
                  component);
    }
  }
  if (glob.components_.size() > kMaxComponents) {
    return fail(ErrorCode::kInvalid, "pattern '{}': more than {} components", pattern,
                kMaxComponents);
  }
  return glob;
}

Glob::Positions Glob::past_stars(Positions at) const noexcept {
  for (size_t i = 0; i < components_.size(); ++i) {
    if (((at >> i) & 1) != 0 && components_[i] == "**") at |= Positions{1} << (i + 1);
  }
  return at;
}

Glob::Positions Glob::step(Positions from, std::string_view component) const noexcept {
  Positions to = 0;
  for (size_t i = 0; i < components_.size(); ++i) {
    if (((from >> i) & 1) == 0) continue;
    if (components_[i] == "**") {
      to |= Positions{1} << i;
    } else if (component_matches(components_[i], component)) {
      to |= Positions{1} << (i + 1);
    }
  }
  return past_stars(to);
}

bool Glob::matches(std::string_view path) const noexcept {
  auto at = start();
  for_each_component(path, [&](std::string_view component) { at = step(at, component); });
  return accepts(at);
}

}  // namespace kato
