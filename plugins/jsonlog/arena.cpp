#include "arena.h"

#include <algorithm>
#include <cstring>

namespace kato::jsonlog {
namespace {
constexpr size_t kBlockBytes = 64U << 10;
constexpr size_t kKeptBytes = 1U << 20;
}  // namespace

char* Arena::take(size_t size) {
  if (blocks_.empty() || blocks_.back().size - used_ < size) {
    const size_t block_size = std::max(size, kBlockBytes);
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(block_size), block_size});
    used_ = 0;
  }
  char* const taken = blocks_.back().bytes.get() + used_;
  used_ += size;
  return taken;
}

void Arena::give_back_from(const char* end) noexcept {
  used_ = static_cast<size_t>(end - blocks_.back().bytes.get());
}

std::string_view Arena::join(std::span<const std::string_view> parts) {
  size_t size = 0;
  for (const auto part : parts) {
    size += part.size();
  }
  char* const joined = take(size);
  char* end = joined;
  for (const auto part : parts) {
    end = std::copy(part.begin(), part.end(), end);
  }
  return {joined, size};
}

void Arena::clear() noexcept {
  used_ = 0;
  if (blocks_.size() == 1 && blocks_.back().size <= kKeptBytes) return;
  const auto kept = std::find_if(blocks_.begin(), blocks_.end(),
                                 [](const Block& block) { return block.size <= kKeptBytes; });
  if (kept == blocks_.end()) {
    blocks_.clear();
    return;
  }
  if (kept != blocks_.begin()) std::swap(*kept, blocks_.front());
  blocks_.erase(blocks_.begin() + 1, blocks_.end());
}

}  // namespace kato::jsonlog
