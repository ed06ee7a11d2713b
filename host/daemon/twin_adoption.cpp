#include "host/daemon/twin_adoption.h"

#include <algorithm>

#include "host/event/event_id.h"
#include "host/ingest/meta_making.h"
#include "host/session/twin_reader.h"

namespace kato {
namespace {

// The line does not say from which source it is; where one of them is being read in which nothing
// was known, none of what was adopted commands.
CommandRight right_of(const Event& event, const SessionMeta& meta) {
  const bool in_foreign = std::ranges::any_of(meta.sources, [](const SourceMeta& source) {
    return source.cursor.value < source.alignment.quiet_until_bytes;
  });
  const bool never = event.body.inherited || event.revises.has_value() || in_foreign;
  return never ? CommandRight::kNever : CommandRight::kMayCommand;
}

}  // namespace

Status adopt_lines(const AdoptionInput& input, uint64_t end_bytes) {
  auto reader = TwinReader::open(input.files, input.twin, input.meta.twin.size_bytes, end_bytes);
  if (!reader) return forward(reader);
  SessionSummary summary;
  while (true) {
    const auto next = reader->next_event();
    const bool is_torn = !next && next.error().code() == ErrorCode::kInvalid;
    if (is_torn && !reader->is_at_another_session()) break;
    if (!next) return forward(next);
    if (!*next) break;
    const Event& event = (*next)->event;
    input.known.add(event.id, content_hash(event.body));
    summary.add(event);
    note_unfinished(input.meta.unfinished_message, event);
    input.events.on_event(event, right_of(event, input.meta));
    input.meta.next_seq = std::max(input.meta.next_seq, event.seq + 1);
    input.meta.twin.size_bytes = (*next)->end_bytes;
  }
  keep_summary(input.meta, summary);
  return {};
}

Status hand_out_unobeyed(const AdoptionInput& input) {
  const auto& cursor = input.meta.command_cursor;
  if (!cursor || cursor->seq + 1 >= input.meta.next_seq) return {};
  auto reader = TwinReader::open(input.files, input.twin, 0, input.meta.twin.size_bytes);
  if (!reader) return forward(reader);
  while (true) {
    const auto next = reader->next_event();
    if (!next) return forward(next);
    if (!*next) return {};
    const Event& event = (*next)->event;
    if (event.seq > cursor->seq) input.events.on_event(event, right_of(event, input.meta));
  }
}

}  // namespace kato
