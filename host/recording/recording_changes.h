// What a command makes of one recording's meta. Nothing is written here.
#pragma once

#include <optional>
#include <string>

#include "host/io/file_system.h"
#include "host/session/session_meta.h"

namespace kato {

// A sink as it is pinned when a recording begins.
struct PinnedSink {
  std::string name;
  std::string plugin;
  std::string version;
  std::string options_json;
  std::string time_zone;
};

// Derived from session, canonical destination and sink: the same at every attempt.
[[nodiscard]] std::string make_recording_id(const std::string& session_id,
                                            const std::string& destination,
                                            const std::string& sink_plugin);

// Of an export that is to be added to those that are pending: no other one of the session has it,
// had it, or gets it.
[[nodiscard]] std::string make_export_id(const SessionMeta& meta, const PendingExport& pending);

// One that is off, and has no period yet. before: the destination as it is now.
[[nodiscard]] RecordingMeta make_recording(const std::string& session_id,
                                           const std::string& destination, const PinnedSink& sink,
                                           const DestinationMark& before);

void switch_on(RecordingMeta& recording, const PeriodMark& from);
void switch_off(RecordingMeta& recording, const PeriodMark& at);

// It was written to, and somebody has removed it since.
[[nodiscard]] bool is_missing(FileSystem& files, const RecordingMeta& recording);
// What is still to be written goes into a new file.
void begin_anew(RecordingMeta& recording);

// Of a recording that has written nothing yet: from the beginning of the conversation.
void take_whole(RecordingMeta& recording, const PeriodMark& whole, uint32_t twin_generation);
// Kato made the file, and it is byte for byte what Kato wrote. Reads all of it. An error: that
// cannot be told now.
[[nodiscard]] Result<bool> is_all_ours(FileSystem& files, const RecordingMeta& recording);
// The file shall be replaced by the whole conversation. It is all ours.
void plan_replacement(RecordingMeta& recording, const DestinationMark& before,
                      const PeriodMark& whole);

// Off, and what is not written never will be. False if it has all that it is to get.
[[nodiscard]] bool end_at_cursor(RecordingMeta& recording);
// It is off, nothing can belong to it, and nothing of it was ever written.
[[nodiscard]] bool was_for_nothing(const RecordingMeta& recording);

}  // namespace kato
