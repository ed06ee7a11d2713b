#include "host/daemon/lost_events.h"

#include <algorithm>

#include <fmt/format.h>

#include "host/event/event_id.h"
#include "host/recording/recording_progress.h"
#include "host/session/state_folder.h"

namespace kato {
namespace {

constexpr std::string_view kRemedy =
    "What is captured or exported now lacks them. If you have the log, put it back, then: kato "
    "reprocess";

bool is_gone(FileSystem& files, const std::string& path) {
  const auto found = files.info(path);
  return !found && found.error().code() == ErrorCode::kNotFound;
}

// A new one that did not take its place yet is what the meta speaks of.
uint64_t size_of_twin(FileSystem& files, const SessionMeta& meta, const std::string& path) {
  auto twin = files.info(StateFolder::beside(path, meta.twin.generation));
  if (!twin) twin = files.info(path);
  return twin ? twin->size_bytes : meta.twin.size_bytes;
}

}  // namespace

bool has_lost_something(const SessionMeta& meta) {
  return std::ranges::any_of(meta.sources, [](const SourceMeta& source) {
    const bool gone = source.standing == SourceStanding::kMissing && source.cursor.value > 0;
    return gone || source.alignment.history_gone;
  });
}

std::string lost_events_text(const SessionMeta& meta) {
  if (!meta.twin.exists || meta.twin.lost_events == 0) return {};
  return fmt::format(
      "the copy of the conversation lacks what its log no longer had: {} of {} events are lost. "
      "{} {}",
      meta.twin.lost_events, meta.known_ids.count, kRemedy, short_id(meta.identity.session_id));
}

std::string lost_events_text(FileSystem& files, const SessionMeta& meta,
                             const std::string& twin_path) {
  const auto size_bytes = size_of_twin(files, meta, twin_path);
  const bool is_short = meta.twin.exists && size_bytes < meta.twin.size_bytes;
  const bool lacks_log = std::ranges::any_of(
      meta.sources, [&files](const SourceMeta& source) { return is_gone(files, source.path); });
  if (!is_short || !lacks_log) return lost_events_text(meta);
  return fmt::format(
      "the copy of the conversation {} is shorter than it was ({} of {} bytes), and a log of it is "
      "gone: events are lost. {} {}",
      twin_path, size_bytes, meta.twin.size_bytes, kRemedy, short_id(meta.identity.session_id));
}

bool may_have_lost_events(FileSystem& files, const IndexedSession& session,
                          const std::string& twin_path) {
  if (!session.has_twin) return false;
  if (session.lost_events > 0) return true;
  const auto twin = files.info(twin_path);
  return twin && twin->size_bytes < session.twin_bytes;
}

void give_up_lost_events(SessionMeta& meta) {
  for (auto& recording : meta.recordings) {
    const bool has_seen_all = lag_of(recording, meta) == 0 && !recording.intent;
    if (!has_seen_all || !lacks_events(recording, meta.next_seq)) continue;
    recording.cursor.written = EventPosition{.seq = meta.next_seq - 1, .event_id = {}};
  }
}

}  // namespace kato
