// Events as the C structs that a sink is handed.
#pragma once

#include <kato/sink.h>
#include <span>
#include <string>
#include <vector>

#include "host/plugin/sink_handle.h"

namespace kato::plugin {

// Borrowed from `session`.
[[nodiscard]] kato_session_ref c_session_of(const SessionRef& session);

// One per renderer, reused.
class EventWriter {
 public:
  // Valid until the next call, and as long as the events are. `session` is borrowed too.
  [[nodiscard]] const kato_event_list& write(std::span<const RenderEvent> events,
                                             const kato_session_ref& session);

 private:
  struct Slot {
    kato_event event{};
    kato_payload payload{};
    std::string event_id;
    std::string revises;
    std::string captured_at;
    std::vector<kato_option> options;
    std::vector<kato_str> selections;
    std::vector<kato_attachment> attachments;
  };
  static void fill(Slot& slot, const RenderEvent& event);
  static void fill_payload(Slot& slot, const Payload& payload);

  std::vector<Slot> slots_;  // only grows
  std::vector<const kato_event*> events_;
  kato_event_list list_{};
};

}  // namespace kato::plugin
