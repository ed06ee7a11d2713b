#include "host/ingest/event_memory.h"

#include <cstring>

namespace kato {
namespace {

constexpr size_t kFirstCapacity = 256;  // a power of two

// 0 marks a free slot.
uint64_t stored_form(uint64_t hash) {
  return hash == 0 ? 1 : hash;
}

}  // namespace

bool HashSet64::contains(uint64_t hash) const noexcept {
  if (slots_.empty()) return false;
  const uint64_t wanted = stored_form(hash);
  const size_t mask = slots_.size() - 1;
  for (size_t slot = wanted & mask; slots_[slot] != 0; slot = (slot + 1) & mask) {
    if (slots_[slot] == wanted) return true;
  }
  return false;
}

void HashSet64::insert(uint64_t hash) {
  if (contains(hash)) return;
  if (slots_.empty() || (count_ + 1) * 8 > slots_.size() * 7) grow();
  const uint64_t wanted = stored_form(hash);
  const size_t mask = slots_.size() - 1;
  size_t slot = wanted & mask;
  while (slots_[slot] != 0) {
    slot = (slot + 1) & mask;
  }
  slots_[slot] = wanted;
  ++count_;
}

void HashSet64::grow() {
  std::vector<uint64_t> old(slots_.empty() ? kFirstCapacity : slots_.size() * 2, 0);
  old.swap(slots_);
  const size_t mask = slots_.size() - 1;
  for (const uint64_t hash : old) {
    if (hash == 0) continue;
    size_t slot = hash & mask;
    while (slots_[slot] != 0) {
      slot = (slot + 1) & mask;
    }
    slots_[slot] = hash;
  }
}

uint64_t fingerprint_of(const EventId& id) noexcept {
  uint64_t value = 0;
  std::memcpy(&value, id.data(), sizeof(value));
  return value;
}

bool FreshEventMemory::knows(const EventId& id) const {
  return ids_.contains(fingerprint_of(id));
}

Status FreshEventMemory::want_order() {
  if (restates_) return {};
  return fail(ErrorCode::kUnsupported, "what was said before was not kept");
}

void FreshEventMemory::add(const EventId& id, uint64_t content) {
  ids_.insert(fingerprint_of(id));
  if (restates_) order_.add(id, content);
}

}  // namespace kato
