#include "text_memory.h"

#include <algorithm>

namespace kato::codex {

void TextMemory::put(uint64_t hash) noexcept {
  if (size_ == most_) erase(0);
  hashes_[size_++] = hash;
}

bool TextMemory::take(uint64_t hash) noexcept {
  for (size_t i = 0; i < size_; ++i) {
    if (hashes_[i] != hash) continue;
    erase(i);
    return true;
  }
  return false;
}

bool TextMemory::take_oldest() noexcept {
  if (size_ == 0) return false;
  erase(0);
  return true;
}

bool TextMemory::has(uint64_t hash) const noexcept {
  return std::find(hashes_.begin(), hashes_.begin() + size_, hash) != hashes_.begin() + size_;
}

void TextMemory::erase(size_t index) noexcept {
  std::copy(hashes_.begin() + index + 1, hashes_.begin() + size_, hashes_.begin() + index);
  --size_;
}

void TextMemory::save(jsonlog::StateWriter& out) const {
  out.number(size_);
  for (size_t i = 0; i < size_; ++i) {
    out.hash(hashes_[i]);
  }
}

void TextMemory::restore(jsonlog::StateReader& in) {
  size_ = in.count(sizeof(uint64_t));
  if (size_ > most_) {
    size_ = 0;
    in.refuse();
  }
  for (size_t i = 0; i < size_; ++i) {
    hashes_[i] = in.hash();
  }
}

}  // namespace kato::codex
