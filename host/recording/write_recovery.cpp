#include "host/recording/write_recovery.h"

#include <algorithm>

namespace kato {
namespace {

void believe(const JournaledWrite& write, RecordingMeta& recording) {
  recording.cursor = write.cursor;
  recording.state = write.state;
  recording.after = {.exists = true,
                     .id = write.file,
                     .size_bytes = write.offset_bytes + write.length_bytes,
                     .tail_length_bytes = write.tail_length_bytes,
                     .tail_hash = write.tail_hash};
  recording.unsure.reset();
  recording.whole_file.reset();
  if (write.whole.size_bytes > 0) recording.whole_file = write.whole;
}

void doubt(const JournaledWrite& write, RecordingMeta& recording) {
  // A recording that had not begun: whether it began in an empty file is seen by its first write.
  if (!recording.state && write.skipped_bytes == 0) {
    recording.after = {.exists = recording.after.exists || write.offset_bytes > 0,
                       .id = write.file,
                       .size_bytes = write.offset_bytes};
  }
  recording.unsure = UnsureStretch{.offset_bytes = write.offset_bytes,
                                   .end_bytes = write.offset_bytes + write.length_bytes,
                                   .skipped_bytes = write.skipped_bytes,
                                   .begins_line = write.begins_line,
                                   .after_power_loss = false};
}

bool ends_within_line(FileSystem& files, const RecordingMeta& recording) {
  auto file = files.open(recording.destination, OpenMode::kRead);
  if (!file || recording.after.size_bytes == 0) return false;
  char last = '\n';
  const auto got = (*file)->read_at(recording.after.size_bytes - 1, {&last, 1});
  return got && *got == 1 && last != '\n';
}

}  // namespace

bool take_over(const std::vector<JournaledWrite>& writes, std::vector<RecordingMeta>& recordings) {
  bool changed = false;
  for (const auto& write : writes) {
    const auto found =
        std::ranges::find(recordings, write.recording_id, &RecordingMeta::recording_id);
    if (found == recordings.end()) continue;
    if (&write == &writes.back()) {
      doubt(write, *found);
    } else {
      believe(write, *found);
    }
    changed = true;
  }
  return changed;
}

bool suspect_destinations(FileSystem& files, std::vector<RecordingMeta>& recordings) {
  bool any = false;
  for (auto& recording : recordings) {
    const auto info = files.info(recording.destination);
    if (!info || info->type != FileType::kRegular) continue;
    if (info->size_bytes <= recording.after.size_bytes) continue;
    if (!recording.unsure) {
      recording.unsure =
          UnsureStretch{.offset_bytes = recording.after.size_bytes,
                        .end_bytes = info->size_bytes,
                        .skipped_bytes = 0,
                        .begins_line = !recording.state && ends_within_line(files, recording),
                        .after_power_loss = true};
    }
    recording.unsure->end_bytes = info->size_bytes;
    recording.unsure->after_power_loss = true;
    any = true;
  }
  return any;
}

}  // namespace kato
