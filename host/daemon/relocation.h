// Places in a twin that was made again: cursors and periods are found by event id, since seqs need
// not be what they were.
#pragma once

#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "host/session/session_meta.h"

namespace kato {

struct EventPlace {
  EventPosition position;
  uint64_t end_bytes = 0;  // where the next line begins
};

class Relocation {
 public:
  // Both in their order.
  void add_old(const EventPosition& position) { old_.push_back(position); }
  void add_new(const EventPlace& place);

  // How many of the old events are not in the new twin. The first so many may be worded anew: as
  // many of them are not lost as the new twin has others.
  [[nodiscard]] uint64_t count_lost(uint64_t perhaps_reworded) const;

  // The meta speaks of the new twin from now on. served: by the index of the recording, whether it
  // had all that it was to have.
  void apply(SessionMeta& meta, const TwinMeta& twin, const std::vector<bool>& served) const;

 private:
  using NewPlace = const EventPlace*;
  [[nodiscard]] NewPlace find(const EventId& id) const;
  // The event itself, or the last before it that is in the new twin; null: none is.
  [[nodiscard]] NewPlace at_or_before(uint64_t seq, const std::optional<EventId>& id) const;
  void move_position(EventPosition& position) const;
  void move_start(PeriodMark& mark, uint64_t old_next_seq, uint64_t next_seq) const;
  void move_stop(PeriodMark& mark) const;
  void move_cursor(WriteCursor& cursor, const TwinMeta& twin, bool served) const;
  [[nodiscard]] bool is_lost_behind(const EventPosition& position, NewPlace place) const;
  void move_lost(WriteCursor& cursor, const TwinMeta& twin) const;

  std::vector<EventPosition> old_;
  std::vector<EventPlace> new_;
  std::unordered_map<uint64_t, size_t> by_id_;  // 64 bits of it, to the place in new_
};

}  // namespace kato
