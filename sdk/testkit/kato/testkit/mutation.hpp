// Damage to logs, by a seed: the same seed gives the same damage everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kato::testkit {

// SplitMix64. Small, fast, the same on every platform.
class Seeded {
 public:
  explicit Seeded(uint64_t seed) noexcept : state_(seed) {}

  uint64_t next() noexcept;
  // 0 to bound - 1; 0 if bound is 0.
  uint64_t below(uint64_t bound) noexcept { return bound == 0 ? 0 : next() % bound; }
  bool one_in(uint64_t n) noexcept { return below(n) == 0; }

 private:
  uint64_t state_;
};

// One to four pieces of damage: bytes flipped, cut out, doubled; NUL, invalid UTF-8, lone surrogate
// escapes and deep nesting put in; lines cut, swapped, doubled, joined; JSON values replaced by
// ones of another type, and names by others. What comes out may still be a valid log.
[[nodiscard]] std::string mutate(std::string_view bytes, uint64_t seed);

}  // namespace kato::testkit
