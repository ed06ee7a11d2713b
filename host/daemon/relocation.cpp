#include "host/daemon/relocation.h"

#include <algorithm>

#include "host/ingest/event_memory.h"

namespace kato {

void Relocation::add_new(const EventPlace& place) {
  by_id_.emplace(fingerprint_of(place.position.event_id), new_.size());
  new_.push_back(place);
}

Relocation::NewPlace Relocation::find(const EventId& id) const {
  const auto found = by_id_.find(fingerprint_of(id));
  return found == by_id_.end() ? nullptr : &new_[found->second];
}

Relocation::NewPlace Relocation::at_or_before(uint64_t seq,
                                              const std::optional<EventId>& id) const {
  if (id) {
    if (const auto* const place = find(*id)) return place;
  }
  auto at = std::ranges::upper_bound(old_, seq, {}, &EventPosition::seq);
  while (at != old_.begin()) {
    --at;
    if (const auto* const place = find(at->event_id)) return place;
  }
  return nullptr;
}

uint64_t Relocation::count_lost(uint64_t perhaps_reworded) const {
  const auto is_missing = [this](const EventPosition& event) {
    return find(event.event_id) == nullptr;
  };
  const auto first_stable =
      old_.begin() + static_cast<std::ptrdiff_t>(std::min<uint64_t>(perhaps_reworded, old_.size()));
  const auto missing = static_cast<uint64_t>(std::count_if(old_.begin(), first_stable, is_missing));
  const auto lost = static_cast<uint64_t>(std::count_if(first_stable, old_.end(), is_missing));
  const uint64_t known = old_.size() - missing - lost;
  const uint64_t reworded = std::min(missing, new_.size() - std::min<uint64_t>(known, new_.size()));
  return lost + missing - reworded;
}

void Relocation::move_position(EventPosition& position) const {
  const auto* const place = at_or_before(position.seq, position.event_id);
  position = place == nullptr ? EventPosition{} : place->position;
}

void Relocation::move_start(PeriodMark& mark, uint64_t old_next_seq, uint64_t next_seq) const {
  if (mark.seq == 0) return;
  if (mark.event_id) {
    if (const auto* const place = find(*mark.event_id)) {
      mark.seq = place->position.seq;
      return;
    }
  }
  if (mark.behind) {
    if (const auto* const place = find(*mark.behind)) {
      mark.seq = place->position.seq + 1;
      return;
    }
  }
  if (mark.seq >= old_next_seq) {
    mark.seq = next_seq;
    return;
  }
  const auto* const before = at_or_before(mark.seq - 1, std::nullopt);
  mark.seq = before == nullptr ? 1 : before->position.seq + 1;
}

void Relocation::move_stop(PeriodMark& mark) const {
  const auto* const place = at_or_before(mark.seq, mark.event_id);
  mark.seq = place == nullptr ? 0 : place->position.seq;
}

// The event itself is not in the new twin, but may come back: what is written must not be written
// again then. What follows is numbered behind it all the same.
bool Relocation::is_lost_behind(const EventPosition& position, NewPlace place) const {
  if (place->position.event_id == position.event_id) return false;
  const bool is_last = place == &new_.back();
  return position.seq > place->position.seq &&
         (is_last || std::next(place)->position.seq > position.seq);
}

void Relocation::move_cursor(WriteCursor& cursor, const TwinMeta& twin, bool served) const {
  cursor.twin_generation = twin.generation;
  cursor.twin_offset = 0;
  if (cursor.written) {
    if (const auto* const place = at_or_before(cursor.written->seq, cursor.written->event_id)) {
      if (!is_lost_behind(*cursor.written, place)) cursor.written = place->position;
      cursor.twin_offset = place->end_bytes;
    } else {
      move_lost(cursor, twin);
    }
  }
  if (served) cursor.twin_offset = twin.size_bytes;
}

// Nothing of what is written is in the new twin: what was known behind it is still to be written,
// and nothing else.
void Relocation::move_lost(WriteCursor& cursor, const TwinMeta& twin) const {
  cursor.twin_offset = twin.size_bytes;
  auto at = std::ranges::upper_bound(old_, cursor.written->seq, {}, &EventPosition::seq);
  for (; at != old_.end(); ++at) {
    const auto* const place = find(at->event_id);
    if (place == nullptr) continue;
    cursor.written->seq = place->position.seq - 1;
    cursor.twin_offset = place == new_.data() ? 0 : std::prev(place)->end_bytes;
    return;
  }
}

void Relocation::apply(SessionMeta& meta, const TwinMeta& twin,
                       const std::vector<bool>& served) const {
  const uint64_t old_next_seq = meta.next_seq;
  if (!new_.empty()) meta.next_seq = std::max(meta.next_seq, new_.back().position.seq + 1);
  const auto move_periods = [&](std::vector<RecordingPeriod>& periods) {
    for (auto& period : periods) {
      move_start(period.start, old_next_seq, meta.next_seq);
      if (period.stop) move_stop(*period.stop);
    }
  };
  for (size_t i = 0; i < meta.recordings.size(); ++i) {
    auto& recording = meta.recordings[i];
    move_periods(recording.periods);
    if (recording.intent) move_periods(recording.intent->periods);
    move_cursor(recording.cursor, twin, served[i]);
  }
  for (auto& pending : meta.pending_exports) {
    move_position(pending.through);
  }
  const bool at_end = meta.command_cursor && meta.command_cursor->seq + 1 >= old_next_seq;
  if (meta.command_cursor) move_position(*meta.command_cursor);
  if (at_end) {
    const bool has_last = !new_.empty() && new_.back().position.seq + 1 == meta.next_seq;
    if (has_last) *meta.command_cursor = new_.back().position;
    meta.command_cursor->seq = meta.next_seq - 1;
  }
  meta.twin = twin;
}

}  // namespace kato
