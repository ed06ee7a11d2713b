// "Is it known?": what keeps records that come again from becoming events again.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "host/event/event.h"

namespace kato {

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
  // False: the log never states things again, so that nothing need be compared.
  [[nodiscard]] virtual bool compares_content() const = 0;
  // What the event said, by content_hash(). Only if compares_content().
  [[nodiscard]] virtual std::optional<uint64_t> content_of(const EventId& id) const = 0;
  // True if any event said just that. Only if compares_content().
  [[nodiscard]] virtual bool knows_content(uint64_t content) const = 0;
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
  [[nodiscard]] bool compares_content() const override { return restates_; }
  [[nodiscard]] std::optional<uint64_t> content_of(const EventId& id) const override;
  [[nodiscard]] bool knows_content(uint64_t content) const override;
  void add(const EventId& id, uint64_t content) override;

 private:
  bool restates_;
  HashSet64 ids_;
  HashSet64 contents_;
  std::unordered_map<uint64_t, uint64_t> content_by_id_;
};

}  // namespace kato
