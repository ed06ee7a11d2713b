#include "host/ingest/known_order.h"

#include <algorithm>

#include "host/ingest/event_memory.h"

namespace kato {

void KnownOrder::add(const EventId& id, uint64_t content) {
  const uint64_t place = contents_.size();
  contents_.push_back(content);
  places_.emplace(fingerprint_of(id), place);
  by_content_[content].push_back(place);
}

std::optional<uint64_t> KnownOrder::place_of(const EventId& id) const {
  const auto found = places_.find(fingerprint_of(id));
  if (found == places_.end()) return std::nullopt;
  return found->second;
}

std::optional<uint64_t> KnownOrder::content_of(const EventId& id) const {
  const auto place = place_of(id);
  if (!place) return std::nullopt;
  return contents_[*place];
}

std::optional<uint64_t> KnownOrder::next_with(uint64_t content, uint64_t from) const {
  const auto found = by_content_.find(content);
  if (found == by_content_.end()) return std::nullopt;
  const auto next = std::ranges::lower_bound(found->second, from);
  if (next == found->second.end()) return std::nullopt;
  return *next;
}

size_t KnownOrder::count_of(uint64_t content) const {
  const auto found = by_content_.find(content);
  return found == by_content_.end() ? 0 : found->second.size();
}

}  // namespace kato
