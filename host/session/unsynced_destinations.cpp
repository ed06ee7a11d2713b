#include "host/session/unsynced_destinations.h"

#include <algorithm>

namespace kato {
namespace {

bool is_unsynced(const std::set<std::string>& unsynced, const std::string& destination) {
  return std::ranges::any_of(unsynced, [&destination](const std::string& path) {
    return destination == path ||
           (destination.starts_with(path) && destination.substr(path.size()).starts_with('/'));
  });
}

bool same_mark(const DestinationMark& one, const DestinationMark& other) {
  return one.exists == other.exists && one.id == other.id && one.size_bytes == other.size_bytes &&
         one.tail_hash == other.tail_hash;
}

bool same_place(const std::optional<EventPosition>& one,
                const std::optional<EventPosition>& other) {
  return one.has_value() == other.has_value() && (!one || one->event_id == other->event_id);
}

// All that may stand behind what is known to be on the disk.
template <class Written>
UnsureStretch doubt_behind(const Written& before, const Written& now) {
  auto doubt = before.unsure.value_or(UnsureStretch{.offset_bytes = before.after.size_bytes});
  doubt.end_bytes = std::max({doubt.end_bytes, doubt.offset_bytes, now.after.size_bytes});
  if (now.unsure) doubt.end_bytes = std::max(doubt.end_bytes, now.unsure->end_bytes);
  doubt.after_power_loss = true;
  doubt.changed.reset();
  return doubt;
}

bool take_back(const RecordingMeta& before, RecordingMeta& now) {
  const bool is_replaced = before.intent && !before.intent->periods.empty() && !now.intent;
  if (is_replaced) return false;
  const bool says_more = !same_place(before.cursor.written, now.cursor.written) ||
                         !same_mark(before.after, now.after) || before.intent.has_value();
  if (!says_more) return true;
  now.unsure = doubt_behind(before, now);
  now.cursor = before.cursor;
  now.after = before.after;
  now.state = before.state;
  now.sink_version = before.sink_version;
  now.whole_file = before.whole_file;
  if (!now.intent) now.intent = before.intent;
  return true;
}

bool is_pending(const SessionMeta& meta, const std::string& export_id) {
  return std::ranges::find(meta.pending_exports, export_id, &PendingExport::export_id) !=
         meta.pending_exports.end();
}

void take_back(const PendingExport& before, SessionMeta& meta) {
  auto now = std::ranges::find(meta.pending_exports, before.export_id, &PendingExport::export_id);
  if (now == meta.pending_exports.end()) {
    meta.pending_exports.push_back(before);
    now = std::prev(meta.pending_exports.end());
  }
  auto doubt = doubt_behind(before, *now);
  *now = before;
  now->unsure = doubt;
  now->doubted = true;
}

}  // namespace

bool take_back_unsynced(const std::set<std::string>& unsynced, const SessionMeta& before,
                        SessionMeta& meta,
                        const std::function<bool(const std::string& export_id)>& was_written) {
  for (auto& recording : meta.recordings) {
    if (!is_unsynced(unsynced, recording.destination)) continue;
    const auto known =
        std::ranges::find(before.recordings, recording.recording_id, &RecordingMeta::recording_id);
    if (known != before.recordings.end() && !take_back(*known, recording)) return false;
  }
  for (const auto& pending : before.pending_exports) {
    if (!pending.begun || !is_unsynced(unsynced, pending.destination)) continue;
    const bool may_be_given_up = meta.is_private && !is_pending(meta, pending.export_id);
    if (may_be_given_up && !was_written(pending.export_id)) continue;
    take_back(pending, meta);
  }
  return true;
}

}  // namespace kato
