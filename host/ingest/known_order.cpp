#include "host/ingest/known_order.h"

#include <algorithm>

#include "host/ingest/event_memory.h"

namespace kato {

std::optional<uint64_t> FirstPlaces::find(uint64_t hash,
                                          const std::vector<uint64_t>& hashes) const {
  if (slots_.empty()) return std::nullopt;
  const size_t mask = slots_.size() - 1;
  for (size_t at = hash & mask; slots_[at] != 0; at = (at + 1) & mask) {
    const uint64_t place = slots_[at] - 1;
    if (hashes[place] == hash) return place;
  }
  return std::nullopt;
}

void FirstPlaces::add_last(const std::vector<uint64_t>& hashes) {
  constexpr size_t kLeastSlots = 16;
  if ((count_ + 1) * 4 > slots_.size() * 3) {
    slots_.assign(std::max(kLeastSlots, slots_.size() * 2), 0);
    count_ = 0;
    for (size_t place = 0; place + 1 < hashes.size(); ++place) {
      insert(place, hashes);
    }
  }
  insert(hashes.size() - 1, hashes);
}

void FirstPlaces::insert(uint64_t place, const std::vector<uint64_t>& hashes) {
  const size_t mask = slots_.size() - 1;
  size_t at = hashes[place] & mask;
  for (; slots_[at] != 0; at = (at + 1) & mask) {
    if (hashes[slots_[at] - 1] == hashes[place]) return;
  }
  slots_[at] = static_cast<uint32_t>(place + 1);
  ++count_;
}

void KnownOrder::add(const EventId& id, uint64_t content) {
  if (by_content_.find(content, contents_)) {
    again_[content].push_back(static_cast<uint32_t>(contents_.size()));
  }
  ids_.push_back(fingerprint_of(id));
  contents_.push_back(content);
  by_id_.add_last(ids_);
  by_content_.add_last(contents_);
}

std::optional<uint64_t> KnownOrder::place_of(const EventId& id) const {
  return by_id_.find(fingerprint_of(id), ids_);
}

std::optional<uint64_t> KnownOrder::content_of(const EventId& id) const {
  const auto place = place_of(id);
  if (!place) return std::nullopt;
  return contents_[*place];
}

std::optional<uint64_t> KnownOrder::next_with(uint64_t content, uint64_t from) const {
  const auto first = by_content_.find(content, contents_);
  if (!first || *first >= from) return first;
  const auto found = again_.find(content);
  if (found == again_.end()) return std::nullopt;
  const auto next = std::ranges::lower_bound(found->second, from);
  if (next == found->second.end()) return std::nullopt;
  return *next;
}

size_t KnownOrder::count_of(uint64_t content) const {
  if (!by_content_.find(content, contents_)) return 0;
  const auto found = again_.find(content);
  return found == again_.end() ? 1 : 1 + found->second.size();
}

}  // namespace kato
