// Which texts were said lately: their hashes, of which the oldest are forgotten first.
#pragma once

#include <array>
#include <cstdint>

#include "plugins/jsonlog/state.h"

namespace kato::codex {

// Codex writes most texts twice, as an item of the model's conversation and as an event for the
// display. The one that comes first is told and remembered here; the other one takes it out.
class TextMemory {
 public:
  static constexpr size_t kMost = 64;
  // most: how many are remembered, at most kMost.
  explicit TextMemory(size_t most = 16) noexcept : most_(most) {}

  void put(uint64_t hash) noexcept;
  // True if it was there; forgets it once.
  bool take(uint64_t hash) noexcept;
  // Forgets the oldest one. False: there was none.
  bool take_oldest() noexcept;
  [[nodiscard]] bool has(uint64_t hash) const noexcept;
  void clear() noexcept { size_ = 0; }

  void save(jsonlog::StateWriter& out) const;
  void restore(jsonlog::StateReader& in);

 private:
  void erase(size_t index) noexcept;

  std::array<uint64_t, kMost> hashes_{};  // oldest first
  size_t size_ = 0;
  size_t most_;
};

}  // namespace kato::codex
