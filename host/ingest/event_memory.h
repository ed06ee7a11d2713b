// "Is it known?": what keeps records that come again from becoming events again.
#pragma once

#include <cstdint>
#include <vector>

#include "host/base/error.h"
#include "host/event/event.h"
#include "host/ingest/known_order.h"

namespace kato {

// The 64 bits of an id that stand for it where memory matters.
[[nodiscard]] uint64_t fingerprint_of(const EventId& id) noexcept;

// The events of one session that were stated before. One thread at a time.
class EventMemory {
 public:
  EventMemory() = default;
  EventMemory(const EventMemory&) = delete;
  EventMemory& operator=(const EventMemory&) = delete;
  EventMemory(EventMemory&&) = delete;
  EventMemory& operator=(EventMemory&&) = delete;
  virtual ~EventMemory() = default;

  [[nodiscard]] virtual bool knows(const EventId& id) const = 0;
  // False: content hashes need not be computed; add() is given 0 then.
  [[nodiscard]] virtual bool keeps_content() const = 0;
  // The events in their order, to compare contents with; null where nothing need be compared,
  // because the log never states things again.
  [[nodiscard]] virtual const KnownOrder* order() const = 0;
  // From now on order() is there, with all that is known. Fails if it cannot be read, or if this
  // memory was made to do without.
  [[nodiscard]] virtual Status want_order() = 0;
  virtual void add(const EventId& id, uint64_t content) = 0;
};

// A set of 64-bit hashes in one flat table: 8 bytes a slot, at most 7/8 full.
class HashSet64 {
 public:
  [[nodiscard]] bool contains(uint64_t hash) const noexcept;
  void insert(uint64_t hash);

 private:
  void grow();
  std::vector<uint64_t> slots_;  // 0: free
  size_t count_ = 0;
};

// For one decoding from the beginning, without a state: exports, inspections. Ids are kept as 64
// of their 128 bits.
class FreshEventMemory final : public EventMemory {
 public:
  // restates: some source of the session may state things again (SourcePattern::restates).
  explicit FreshEventMemory(bool restates) : restates_(restates) {}

  [[nodiscard]] bool knows(const EventId& id) const override;
  [[nodiscard]] bool keeps_content() const override { return restates_; }
  [[nodiscard]] const KnownOrder* order() const override { return restates_ ? &order_ : nullptr; }
  [[nodiscard]] Status want_order() override;
  void add(const EventId& id, uint64_t content) override;

 private:
  bool restates_;
  HashSet64 ids_;
  KnownOrder order_;
};

}  // namespace kato
