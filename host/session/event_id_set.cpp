#include "host/session/event_id_set.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace kato {
namespace {

constexpr EventId kFree{};
constexpr size_t kFirstSlots = 16;

__extension__ using Wide = unsigned __int128;

}  // namespace

size_t EventIdSet::home_of(const EventId& id) const noexcept {
  uint64_t prefix = 0;
  std::memcpy(&prefix, id.data(), sizeof(prefix));
  return static_cast<size_t>(static_cast<Wide>(prefix) * slots_.size() >> 64U);
}

size_t EventIdSet::slot_of(const EventId& id) const noexcept {
  size_t slot = home_of(id);
  while (slots_[slot] != kFree && slots_[slot] != id) {
    slot = next(slot);
  }
  return slot;
}

void EventIdSet::resize(size_t slot_count) {
  const auto old = std::exchange(slots_, std::vector<EventId>(slot_count));
  for (const auto& id : old) {
    if (id != kFree) slots_[slot_of(id)] = id;
  }
}

// At most four fifths of the slots are taken.
void EventIdSet::reserve(size_t count) {
  const size_t needed = std::max(kFirstSlots, count + count / 4 + 1);
  if (needed > slots_.size()) resize(needed);
}

bool EventIdSet::insert(const EventId& id) {
  if (id == kFree) {
    if (has_zero_) return false;
    has_zero_ = true;
    ++count_;
    return true;
  }
  if ((count_ + 1) * 5 > slots_.size() * 4) {
    resize(std::max(kFirstSlots, slots_.size() + slots_.size() / 2));
  }
  auto& slot = slots_[slot_of(id)];
  if (slot == id) return false;
  slot = id;
  ++count_;
  return true;
}

bool EventIdSet::contains(const EventId& id) const noexcept {
  if (id == kFree) return has_zero_;
  return !slots_.empty() && slots_[slot_of(id)] == id;
}

bool EventIdSet::erase(const EventId& id) {
  if (!contains(id)) return false;
  --count_;
  if (id == kFree) {
    has_zero_ = false;
    return true;
  }
  // Those that had to go further because of it move up.
  size_t gap = slot_of(id);
  slots_[gap] = kFree;
  for (size_t slot = next(gap); slots_[slot] != kFree; slot = next(slot)) {
    const auto moved = std::exchange(slots_[slot], kFree);
    slots_[slot_of(moved)] = moved;
  }
  return true;
}

}  // namespace kato
