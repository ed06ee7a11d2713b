// Patterns of relative paths: '*' and '?' within one component, '**' for any number of components.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.h"

namespace kato {

// A pattern is matched component by component: its progress is a set of positions, so that a walk
// carries it from folder to folder, and a path takes time linear in its length for each component
// of the pattern, whatever the pattern.
class Glob {
 public:
  // Bit i: the first i components of the pattern are matched by what was seen so far.
  using Positions = uint64_t;
  static constexpr size_t kMaxComponents = 63;

  // kInvalid: empty, absolute, with an empty, "." or ".." component, or too long.
  [[nodiscard]] static Result<Glob> compile(std::string_view pattern);

  [[nodiscard]] Positions start() const noexcept { return past_stars(1); }
  [[nodiscard]] Positions step(Positions from, std::string_view component) const noexcept;
  // What was seen is matched.
  [[nodiscard]] bool accepts(Positions at) const noexcept {
    return ((at >> components_.size()) & 1) != 0;
  }
  // Something below what was seen may be matched.
  [[nodiscard]] bool may_accept_below(Positions at) const noexcept {
    return (at & ((Positions{1} << components_.size()) - 1)) != 0;
  }
  // Everything below what was seen is matched.
  [[nodiscard]] bool accepts_all_below(Positions at) const noexcept {
    return accepts(at) && components_.back() == "**";
  }

  // `path`: relative, components separated by single slashes.
  [[nodiscard]] bool matches(std::string_view path) const noexcept;

 private:
  [[nodiscard]] Positions past_stars(Positions at) const noexcept;

  std::vector<std::string> components_;
};

// Calls take(component) for each component of a relative path; empty ones are passed over.
template <class Take>
void for_each_component(std::string_view path, Take&& take) {
  while (!path.empty()) {
    const auto end = path.find('/');
    if (end != 0) take(path.substr(0, end));
    path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
  }
}

}  // namespace kato
