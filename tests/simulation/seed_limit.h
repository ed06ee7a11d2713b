// A limit for what a seed may take, for loops that make no call which could be counted.
#pragma once

#include <cstdint>

namespace kato::simulation {

// While it lives: if the process takes more of the processor than any seed does, it names the seed
// and ends. One at a time.
class SeedLimit {
 public:
  explicit SeedLimit(uint64_t seed, int cpu_seconds = 300);
  SeedLimit(const SeedLimit&) = delete;
  SeedLimit(SeedLimit&&) = delete;
  SeedLimit& operator=(const SeedLimit&) = delete;
  SeedLimit& operator=(SeedLimit&&) = delete;
  ~SeedLimit();
};

}  // namespace kato::simulation
