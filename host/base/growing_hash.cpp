#include "host/base/growing_hash.h"

#include <algorithm>
#include <cstring>

#include "host/base/hash.h"

namespace kato {

void GrowingHash::add_block(std::string_view block) noexcept {
  const uint64_t link[] = {chain_, hash64(block)};
  char bytes[sizeof(link)];
  std::memcpy(bytes, link, sizeof(link));
  chain_ = hash64({bytes, sizeof(bytes)});
  ++blocks_;
}

void GrowingHash::update(std::string_view bytes) {
  if (!rest_.empty()) {
    const auto taken = std::min<size_t>(bytes.size(), kBlockBytes - rest_.size());
    rest_.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
    if (rest_.size() < kBlockBytes) return;
    add_block(rest_);
    rest_.clear();
  }
  while (bytes.size() >= kBlockBytes) {
    add_block(bytes.substr(0, kBlockBytes));
    bytes.remove_prefix(kBlockBytes);
  }
  rest_.append(bytes);
}

GrowingHash::Value GrowingHash::value() const noexcept {
  return {
      .size_bytes = blocks_ * kBlockBytes + rest_.size(), .chain = chain_, .rest = hash64(rest_)};
}

bool GrowingHash::resume(const Value& value, std::string_view rest) {
  if (rest.size() != rest_bytes(value) || hash64(rest) != value.rest) return false;
  blocks_ = value.size_bytes / kBlockBytes;
  chain_ = value.chain;
  rest_.assign(rest);
  return true;
}

}  // namespace kato
