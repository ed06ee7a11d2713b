#include "host/daemon/step_events.h"

#include <iterator>

#include "host/event/event_line.h"

namespace kato {

void StepEvents::on_event(const Event& event, CommandRight right) {
  last = EventPosition{.seq = event.seq, .event_id = event.id};
  if (event.captured_at) captured.emplace_back(event.id, *event.captured_at);
  if (keep_lines) {
    append_event_line(lines, session_, event);
    lines.push_back('\n');
  }
  if (event.body.kind != EventKind::kUserMessage || !event.body.payload.text.contains("::")) return;
  auto found = parse_commands(event.body.payload.text);
  if (found.commands.empty() && found.near_misses.empty()) return;
  messages.push_back(
      {.commanded = {.found = std::move(found), .message = *last, .time = shown_time(event)},
       .has_provider_time = !event.body.provider_timestamp.empty(),
       .is_live = event.captured_at.has_value(),
       .right = right});
}

void StepEvents::put_first(StepEvents&& earlier) {
  messages.insert(messages.begin(), std::make_move_iterator(earlier.messages.begin()),
                  std::make_move_iterator(earlier.messages.end()));
  captured.insert(captured.begin(), earlier.captured.begin(), earlier.captured.end());
  if (!last) last = earlier.last;
}

}  // namespace kato
