#include "host/recording/write_recovery.h"

#include <algorithm>

#include "host/recording/announced_write.h"
#include "host/recording/destination_file.h"

namespace kato {
namespace {

DestinationMark mark_behind_write(const JournaledWrite& write) {
  return {.exists = true,
          .id = write.file,
          .size_bytes = write.offset_bytes + write.length_bytes,
          .tail_length_bytes = write.tail_length_bytes,
          .tail_hash = write.tail_hash};
}

void believe(const JournaledWrite& write, RecordingMeta& recording) {
  recording.cursor = write.cursor;
  recording.state = write.state;
  recording.after = mark_behind_write(write);
  recording.unsure.reset();
  recording.whole_file.reset();
  if (write.whole.size_bytes > 0) recording.whole_file = write.whole;
}

void doubt(const JournaledWrite& write, RecordingMeta& recording) {
  // Whether a recording began in an empty file is seen by its first write.
  const bool was_empty = recording.after.size_bytes == 0;
  const bool began_in_empty = write.offset_bytes == 0;
  if (!recording.state && write.skipped_bytes == 0 && was_empty != began_in_empty) {
    recording.after = {.exists = recording.after.exists || !began_in_empty,
                       .id = write.file,
                       .size_bytes = write.offset_bytes};
  }
  recording.unsure = stretch_of(write);
}

void believe(const JournaledWrite& write, PendingExport& pending) {
  pending.written_bytes = write.exported_bytes;
  pending.after = mark_behind_write(write);
  pending.unsure.reset();
}

void doubt(const JournaledWrite& write, PendingExport& pending) {
  pending.written_bytes = write.exported_bytes - std::min(write.exported_bytes, write.length_bytes);
  pending.unsure = stretch_of(write);
}

// Where a sync failed, or the power, the journal decides nothing.
template <class Written>
bool is_suspected(const Written& written) {
  return written.unsure && written.unsure->after_power_loss;
}

template <class Written>
void take_over_one(const JournaledWrite& write, bool is_last, Written& written,
                   std::set<std::string>& destinations) {
  if (is_suspected(written)) return;
  if (is_last) {
    doubt(write, written);
  } else {
    believe(write, written);
  }
  destinations.insert(written.destination);
}

// A new head is in its place, and the meta does not say so yet. Nothing was written behind it.
void take_over_head(FileSystem& files, RecordingMeta& recording) {
  const auto& intent = recording.intent;
  const bool is_head = intent && intent->periods.empty() && intent->new_id != FileId{};
  if (!is_head) return;
  auto file = files.open(recording.destination, OpenMode::kRead);
  if (!file) return;
  const auto mark = mark_at(**file, intent->new_hash.size_bytes);
  if (mark && mark->id == intent->new_id) recording.after = *mark;
}

// In a file that was not longer when it was written to than it is now, what was written last is the
// end; in a shorter one, from which a person took something, it may be.
bool ends_as_it_was(FileSystem& files, const std::string& path, const FileInfo& info,
                    const DestinationMark& after) {
  if (info.size_bytes > after.size_bytes) return false;
  if (after.tail_length_bytes == 0 || info.size_bytes == 0) return true;
  auto file = files.open(path, OpenMode::kRead);
  if (!file) return false;
  const auto end = find_tail(**file, info.size_bytes, after);
  return end && *end && **end == info.size_bytes;
}

// A file that was there and is not, or cannot be looked at, may be on a disk that comes back later.
template <class Written>
bool is_clear(FileSystem& files, const Written& written, const Result<FileInfo>& info) {
  if (!info) return !written.after.exists && info.error().code() == ErrorCode::kNotFound;
  if (info->type != FileType::kRegular) return true;
  return ends_as_it_was(files, written.destination, *info, written.after);
}

UnixMillis millis_of(int64_t since_1970_ns) {
  constexpr int64_t kNsPerMs = 1'000'000;
  return UnixMillis{since_1970_ns / kNsPerMs};
}

// True if something may stand behind what is known to be written.
template <class Written>
bool suspect(FileSystem& files, Written& written) {
  const auto info = files.info(written.destination);
  if (is_clear(files, written, info)) return false;
  if (!written.unsure) {
    written.unsure = UnsureStretch{.offset_bytes = written.after.size_bytes};
  }
  auto& end = written.unsure->end_bytes;
  end = info ? info->size_bytes : std::max(end, written.after.size_bytes);
  written.unsure->after_power_loss = true;
  if (info && !written.unsure->changed) written.unsure->changed = millis_of(info->mtime_ns);
  return true;
}

bool suspect_recording(FileSystem& files, RecordingMeta& recording) {
  take_over_head(files, recording);
  return suspect(files, recording);
}

}  // namespace

std::set<std::string> suspect_unsynced(FileSystem& files, SessionMeta& meta) {
  std::set<std::string> destinations;
  for (auto& recording : meta.recordings) {
    if (!is_suspected(recording)) continue;
    recording.unsure.reset();
    suspect_recording(files, recording);
    destinations.insert(recording.destination);
  }
  for (auto& pending : meta.pending_exports) {
    if (!is_suspected(pending)) continue;
    suspect(files, pending);
    destinations.insert(pending.destination);
  }
  return destinations;
}

std::set<std::string> take_over(const std::vector<JournaledWrite>& writes, SessionMeta& meta) {
  std::set<std::string> destinations;
  for (const auto& write : writes) {
    const bool is_last = &write == &writes.back();
    const auto recording =
        std::ranges::find(meta.recordings, write.recording_id, &RecordingMeta::recording_id);
    if (recording != meta.recordings.end()) {
      take_over_one(write, is_last, *recording, destinations);
    }
    const auto pending =
        std::ranges::find(meta.pending_exports, write.recording_id, &PendingExport::export_id);
    if (pending != meta.pending_exports.end()) {
      take_over_one(write, is_last, *pending, destinations);
    }
  }
  return destinations;
}

std::set<std::string> suspect_destinations(FileSystem& files, SessionMeta& meta) {
  std::set<std::string> destinations;
  for (auto& recording : meta.recordings) {
    if (suspect_recording(files, recording)) destinations.insert(recording.destination);
  }
  for (auto& pending : meta.pending_exports) {
    if (!pending.begun) continue;
    if (suspect(files, pending)) destinations.insert(pending.destination);
    pending.doubted = true;
  }
  return destinations;
}

}  // namespace kato
