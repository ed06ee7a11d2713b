// Numbers from a seed: the same everywhere, whatever the standard library does.
#pragma once

#include <cstdint>

namespace kato::simulation {

class Random {
 public:
  // The seed is mixed, for else the numbers of one seed would be those of another, shifted.
  explicit Random(uint64_t seed) : state_(mix(seed ^ 0xD1342543DE82EF95U)) {}

  uint64_t next() { return mix(state_ += 0x9E3779B97F4A7C15U); }
  // In [0, end); 0 if end is 0.
  uint64_t below(uint64_t end) { return end == 0 ? 0 : next() % end; }
  // In [first, last].
  uint64_t between(uint64_t first, uint64_t last) { return first + below(last - first + 1); }
  bool one_in(uint64_t chances) { return below(chances) == 0; }

 private:
  static uint64_t mix(uint64_t bits) {
    bits = (bits ^ (bits >> 30U)) * 0xBF58476D1CE4E5B9U;
    bits = (bits ^ (bits >> 27U)) * 0x94D049BB133111EBU;
    return bits ^ (bits >> 31U);
  }

  uint64_t state_;
};

}  // namespace kato::simulation
