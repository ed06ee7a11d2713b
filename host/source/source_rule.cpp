#include "host/source/source_rule.h"

namespace kato {

Result<SourceRules> SourceRules::compile(std::vector<SourceRule> rules) {
  SourceRules compiled;
  for (const auto& rule : rules) {
    auto include = Glob::compile(rule.include);
    if (!include) return forward(include, "include");
    Patterns patterns{.include = std::move(*include), .excludes = {}};
    for (const auto& text : rule.excludes) {
      auto exclude = Glob::compile(text);
      if (!exclude) return forward(exclude, "exclude");
      patterns.excludes.push_back(std::move(*exclude));
    }
    compiled.patterns_.push_back(std::move(patterns));
  }
  compiled.rules_ = std::move(rules);
  return compiled;
}

SourceRules::Progress SourceRules::start() const {
  Progress at;
  for (const auto& patterns : patterns_) {
    at.push_back(patterns.include.start());
    for (const auto& exclude : patterns.excludes) {
      at.push_back(exclude.start());
    }
  }
  return at;
}

void SourceRules::step(const Progress& from, std::string_view component, Progress& to) const {
  to.clear();
  size_t slot = 0;
  for (const auto& patterns : patterns_) {
    to.push_back(patterns.include.step(from[slot++], component));
    for (const auto& exclude : patterns.excludes) {
      to.push_back(exclude.step(from[slot++], component));
    }
  }
}

std::optional<size_t> SourceRules::rule_at(const Progress& at) const noexcept {
  size_t slot = 0;
  for (size_t index = 0; index < patterns_.size(); ++index) {
    bool wanted = patterns_[index].include.accepts(at[slot++]);
    for (const auto& exclude : patterns_[index].excludes) {
      wanted = !exclude.accepts(at[slot++]) && wanted;
    }
    if (wanted) return index;
  }
  return std::nullopt;
}

bool SourceRules::may_hold_sources(const Progress& at) const noexcept {
  size_t slot = 0;
  for (const auto& patterns : patterns_) {
    bool possible = patterns.include.may_accept_below(at[slot++]);
    for (const auto& exclude : patterns.excludes) {
      possible = !exclude.accepts_all_below(at[slot++]) && possible;
    }
    if (possible) return true;
  }
  return false;
}

SourceRules::Progress SourceRules::progress_of(std::string_view path) const {
  auto at = start();
  Progress next;
  for_each_component(path, [&](std::string_view component) {
    step(at, component, next);
    at.swap(next);
  });
  return at;
}

std::optional<size_t> SourceRules::rule_of(std::string_view path) const {
  if (path.empty()) return std::nullopt;
  return rule_at(progress_of(path));
}

}  // namespace kato
