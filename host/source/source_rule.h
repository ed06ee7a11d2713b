// Which files below a root are sources, and how they are read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/source/glob.h"

namespace kato {

enum class SourceGrowth : uint8_t {
  kAppend = 1,    // lines that are only ever appended
  kDocument = 2,  // one document, rewritten as a whole
};

enum class SourcePacking : uint8_t { kNone = 0, kZstd = 1 };

struct SourceRule {
  SourceGrowth growth = SourceGrowth::kAppend;
  SourcePacking packing = SourcePacking::kNone;
  std::string include;                // as Glob has it, relative to the root
  std::vector<std::string> excludes;  // likewise
};

// The rules of one root. A file belongs to the first rule whose include it matches and none of
// whose excludes it matches.
class SourceRules {
 public:
  // How far each pattern got on the way down to a folder.
  using Progress = std::vector<Glob::Positions>;

  // kInvalid: a pattern that Glob refuses.
  [[nodiscard]] static Result<SourceRules> compile(std::vector<SourceRule> rules);

  [[nodiscard]] const SourceRule& rule(size_t index) const { return rules_[index]; }
  [[nodiscard]] size_t size() const noexcept { return rules_.size(); }

  // For walks. `to` may not be `from`.
  [[nodiscard]] Progress start() const;
  void step(const Progress& from, std::string_view component, Progress& to) const;
  [[nodiscard]] std::optional<size_t> rule_at(const Progress& at) const noexcept;
  [[nodiscard]] bool may_hold_sources(const Progress& at) const noexcept;

  // For single paths, relative to the root. The empty path is the root itself.
  [[nodiscard]] Progress progress_of(std::string_view path) const;
  [[nodiscard]] std::optional<size_t> rule_of(std::string_view path) const;

 private:
  struct Patterns {
    Glob include;
    std::vector<Glob> excludes;
  };
  std::vector<SourceRule> rules_;
  std::vector<Patterns> patterns_;  // one for each rule; flattened in Progress
};

}  // namespace kato
