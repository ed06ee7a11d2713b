// What of a log that is read again from its beginning a session knew when something was asked of
// it.
#pragma once

#include <unordered_set>

#include "host/event/event.h"
#include "host/ingest/event_pipeline.h"
#include "host/session/event_id_set.h"
#include "host/session/known_events.h"

namespace kato {

// Passes on the events that the session knows, by their ids or as what they say, but for those that
// came behind the event `through`, if that is known. What it does not know was written since the
// log was read last.
class ReplayFilter final : public EventListener {
 public:
  ReplayFilter(EventListener& into, const EventId& through) : into_(into), through_(through) {}

  // All known events, in their order.
  void add(const KnownEvent& known);
  void on_event(const Event& event, CommandRight right) override;

 private:
  EventListener& into_;
  EventId through_;
  bool passed_ = false;
  EventIdSet known_;
  EventIdSet later_;
  std::unordered_set<uint64_t> contents_;
};

}  // namespace kato
