#include "host/recording/twin_positions.h"

#include <map>
#include <vector>

#include "host/session/twin_reader.h"

namespace kato {
namespace {

struct Place {
  uint64_t seq = 0;
  uint64_t end_bytes = 0;
};

using Places = std::map<EventId, Place>;

void renumber(const Places& places, const EventId& id, uint64_t& seq) {
  const auto found = places.find(id);
  if (found != places.end() && found->second.seq > 0) seq = found->second.seq;
}

void renumber_behind(const Places& places, const EventId& id, uint64_t& seq) {
  const auto found = places.find(id);
  if (found != places.end() && found->second.seq > 0) seq = found->second.seq + 1;
}

void note_ids(const std::vector<RecordingPeriod>& periods, Places& places) {
  for (const auto& [start, stop] : periods) {
    if (start.event_id) places[*start.event_id] = {};
    if (start.behind) places[*start.behind] = {};
    if (stop && stop->event_id) places[*stop->event_id] = {};
  }
}

void renumber(const Places& places, std::vector<RecordingPeriod>& periods) {
  for (auto& [start, stop] : periods) {
    if (start.event_id && start.seq > 0) renumber(places, *start.event_id, start.seq);
    if (start.behind) renumber_behind(places, *start.behind, start.seq);
    if (stop && stop->event_id) renumber(places, *stop->event_id, stop->seq);
  }
}

}  // namespace

Status find_positions(FileSystem& files, const TwinSource& twin, RecordingMeta& recording) {
  auto& cursor = recording.cursor;
  if (cursor.twin_generation == twin.generation) return {};
  Places places;
  if (cursor.written) places[cursor.written->event_id] = {};
  note_ids(recording.periods, places);
  if (recording.intent) note_ids(recording.intent->periods, places);
  auto reader = TwinReader::open(files, twin.file, 0, twin.size_bytes);
  if (!reader) return forward(reader);
  while (!places.empty()) {
    const auto next = reader->next_event();
    if (!next) return forward(next);
    if (!*next) break;
    const auto found = places.find((*next)->event.id);
    if (found == places.end()) continue;
    found->second = {.seq = (*next)->event.seq, .end_bytes = (*next)->end_bytes};
  }
  cursor.twin_offset = 0;
  if (cursor.written) {
    cursor.twin_offset = places[cursor.written->event_id].end_bytes;
    renumber(places, cursor.written->event_id, cursor.written->seq);
  }
  renumber(places, recording.periods);
  if (recording.intent) renumber(places, recording.intent->periods);
  cursor.twin_generation = twin.generation;
  return {};
}

}  // namespace kato
