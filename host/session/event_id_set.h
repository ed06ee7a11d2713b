// A set of event ids, with little memory for each.
#pragma once

#include <cstdint>
#include <vector>

#include "host/event/event.h"

namespace kato {

// Open addressing over the ids themselves, which are hashes already: 20 to 30 bytes for each.
class EventIdSet {
 public:
  // False: it was there.
  bool insert(const EventId& id);
  // False: it was not there.
  bool erase(const EventId& id);
  [[nodiscard]] bool contains(const EventId& id) const noexcept;
  void reserve(size_t count);

  [[nodiscard]] size_t size() const noexcept { return count_; }
  [[nodiscard]] size_t memory_bytes() const noexcept { return slots_.capacity() * sizeof(EventId); }

 private:
  [[nodiscard]] size_t home_of(const EventId& id) const noexcept;
  [[nodiscard]] size_t next(size_t slot) const noexcept {
    return slot + 1 == slots_.size() ? 0 : slot + 1;
  }
  // The slot of the id, or the free one where it would go.
  [[nodiscard]] size_t slot_of(const EventId& id) const noexcept;
  void resize(size_t slot_count);

  std::vector<EventId> slots_;  // all zero: free
  size_t count_ = 0;            // with the zero id
  bool has_zero_ = false;
};

}  // namespace kato
