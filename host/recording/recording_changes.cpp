#include "host/recording/recording_changes.h"

#include <algorithm>

#include "host/base/hash.h"
#include "host/event/event_id.h"
#include "host/recording/destination_file.h"
#include "host/recording/recording_progress.h"

namespace kato {
namespace {

bool is_open(const std::vector<RecordingPeriod>& periods) {
  return !periods.empty() && !periods.back().stop;
}

// Those of a file that is still to take the destination's place, too: it may come to nothing.
template <class Change>
void change_periods(RecordingMeta& recording, Change change) {
  change(recording.periods);
  if (recording.intent && !recording.intent->periods.empty()) change(recording.intent->periods);
}

}  // namespace

std::string make_recording_id(const std::string& session_id, const std::string& destination,
                              const std::string& sink_plugin) {
  return to_hex(hash128({"recording", session_id, destination, sink_plugin}));
}

std::string make_export_id(const SessionMeta& meta, const PendingExport& pending) {
  const auto is_taken = [&meta](const std::string& id) {
    return std::ranges::find(meta.pending_exports, id, &PendingExport::export_id) !=
           meta.pending_exports.end();
  };
  for (uint64_t nth = 0;; ++nth) {
    auto id = to_hex(hash128({"export", meta.identity.session_id, pending.destination,
                              to_hex(pending.through.event_id), std::to_string(pending.through.seq),
                              std::to_string(meta.commit), std::to_string(nth)}));
    if (!is_taken(id)) return id;
  }
}

RecordingMeta make_recording(const std::string& session_id, const std::string& destination,
                             const PinnedSink& sink, const DestinationMark& before) {
  RecordingMeta recording;
  recording.recording_id = make_recording_id(session_id, destination, sink.plugin);
  recording.destination = destination;
  recording.sink = sink.name;
  recording.sink_plugin = sink.plugin;
  recording.sink_version = sink.version;
  recording.options_json = sink.options_json;
  recording.time_zone = sink.time_zone;
  recording.after = before;
  return recording;
}

void switch_on(RecordingMeta& recording, const PeriodMark& from) {
  recording.desired = DesiredState::kOn;
  change_periods(recording, [&from](std::vector<RecordingPeriod>& periods) {
    if (!is_open(periods)) periods.push_back({.start = from, .stop = std::nullopt});
  });
}

void switch_off(RecordingMeta& recording, const PeriodMark& at) {
  recording.desired = DesiredState::kOff;
  change_periods(recording, [&at](std::vector<RecordingPeriod>& periods) {
    if (is_open(periods)) periods.back().stop = at;
  });
}

bool is_missing(FileSystem& files, const RecordingMeta& recording) {
  if (!recording.after.exists) return false;
  const auto there = files.link_info(recording.destination);
  return !there && there.error().code() == ErrorCode::kNotFound;
}

void begin_anew(RecordingMeta& recording) {
  recording.after = {};
  recording.unsure.reset();
  recording.state.reset();
  recording.whole_file.reset();
}

void take_whole(RecordingMeta& recording, const PeriodMark& whole, uint32_t twin_generation) {
  recording.periods.clear();
  recording.cursor = {.written = {}, .twin_offset = 0, .twin_generation = twin_generation};
  switch_on(recording, whole);
}

Result<bool> is_all_ours(FileSystem& files, const RecordingMeta& recording) {
  if (!recording.whole_file || recording.unsure || recording.intent) return false;
  const auto& whole = *recording.whole_file;
  auto file = files.open(recording.destination, OpenMode::kRead);
  if (!file && file.error().code() == ErrorCode::kNotFound) return false;
  if (!file) return forward(file);
  const auto info = (*file)->info();
  if (!info) return forward(info);
  if (info->size_bytes != whole.size_bytes) return false;
  const auto hash = hash_of(**file);
  if (!hash) return forward(hash);
  return *hash == whole;
}

void plan_replacement(RecordingMeta& recording, const DestinationMark& before,
                      const PeriodMark& whole) {
  ReplacementIntent intent;
  intent.before = before;
  intent.before_hash = *recording.whole_file;
  intent.periods.push_back({.start = whole, .stop = std::nullopt});
  recording.intent = std::move(intent);
  recording.desired = DesiredState::kOn;
}

bool was_for_nothing(const RecordingMeta& recording) {
  if (recording.desired == DesiredState::kOn) return false;
  if (recording.state || recording.unsure || recording.intent) return false;
  return std::ranges::all_of(recording.periods, [](const RecordingPeriod& period) {
    return period.stop && period.stop->seq < period.start.seq;
  });
}

bool end_at_cursor(RecordingMeta& recording) {
  recording.desired = DesiredState::kOff;
  if (!recording.intent && !lacks_events(recording, UINT64_MAX)) return false;
  recording.intent.reset();
  recording.unsure.reset();
  const auto& written = recording.cursor.written;
  const auto seq = written ? written->seq : uint64_t{0};
  std::erase_if(recording.periods,
                [seq](const RecordingPeriod& period) { return period.start.seq > seq; });
  if (seq == 0) recording.periods.clear();
  for (auto& period : recording.periods) {
    if (period.stop && period.stop->seq <= seq) continue;
    period.stop = PeriodMark{.seq = seq, .event_id = written->event_id, .time = {}};
  }
  return true;
}

}  // namespace kato
