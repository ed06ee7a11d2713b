// The events of a session in their order, by what they said: for logs that state things again.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "host/event/event.h"

namespace kato {

// The first place of each of some 64-bit hashes, which are kept elsewhere in the order of their
// places. At most 3/4 full: 4 bytes a slot.
class FirstPlaces {
 public:
  [[nodiscard]] std::optional<uint64_t> find(uint64_t hash,
                                             const std::vector<uint64_t>& hashes) const;
  // The last of the hashes, if it has no place yet.
  void add_last(const std::vector<uint64_t>& hashes);

 private:
  void insert(uint64_t place, const std::vector<uint64_t>& hashes);

  std::vector<uint32_t> slots_;  // places from 1 on; 0: free
  size_t count_ = 0;
};

// Some 50 bytes for each event: kept only where contents are compared. Ids are kept as 64 of their
// 128 bits. One thread at a time.
class KnownOrder {
 public:
  // content: content_hash() of the event.
  void add(const EventId& id, uint64_t content);

  [[nodiscard]] size_t size() const noexcept { return contents_.size(); }
  [[nodiscard]] std::optional<uint64_t> content_of(const EventId& id) const;
  // place: below size().
  [[nodiscard]] uint64_t content_at(uint64_t place) const { return contents_[place]; }
  // The place of the event, from 0.
  [[nodiscard]] std::optional<uint64_t> place_of(const EventId& id) const;
  // The first place from `from` on where just that was said.
  [[nodiscard]] std::optional<uint64_t> next_with(uint64_t content, uint64_t from) const;
  // How often it was said.
  [[nodiscard]] size_t count_of(uint64_t content) const;

 private:
  std::vector<uint64_t> ids_;  // by place, as the contents
  std::vector<uint64_t> contents_;
  FirstPlaces by_id_;
  FirstPlaces by_content_;
  std::unordered_map<uint64_t, std::vector<uint32_t>> again_;  // further places, by content
};

}  // namespace kato
