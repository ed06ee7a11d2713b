// Brings one recording up to date: renders the events behind its write cursor and appends them.
//
// Each append is announced before it is made. What of an append that failed, or that a killed
// process had announced last, stands in the file is found out the next time: the same bytes are
// rendered again and compared with the file (RecordingMeta::unsure).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "host/base/error.h"
#include "host/plugin/sink_handle.h"
#include "host/policy/path_policy.h"
#include "host/recording/open_recording.h"
#include "host/recording/recording_progress.h"
#include "host/recording/time_zone.h"
#include "host/session/session_meta.h"
#include "host/session/write_journal.h"

namespace kato {

struct RecorderInput {
  FileSystem& files;
  const SessionIdentity& session;
  const TwinSource& twin;
  const Sink& sink;
  const Decision& place;  // where the destination leads; allowed
  bool allow_hard_links = false;
  // What a head may say; asked only when the recording begins in its destination. It must be the
  // same at every attempt. Nothing: to find it out takes more than this part.
  std::function<Result<std::optional<RecordingContext>>()> context;
  // An append is about to be made.
  std::function<Status(const JournaledWrite&)> announce;
  // The recording as it is now must be on the disk before anything else happens.
  std::function<Status()> commit;
  // What may stay open; the caller closes it when the recordings are committed, or sooner.
  OpenRecordings* open = nullptr;
  // How much of the twin is read at once, some more if need be.
  uint64_t part_bytes = UINT64_MAX;
};

// How far a serving came.
enum class Served : uint8_t {
  kAll,
  kPart,  // there is more to do
};

// Renders and writes what is due, or a part of it. `recording` says at any time how far it got,
// also after an error; if it is unsure then, that must be committed before anything else is
// announced. kNotFound: a destination that was there is missing; it is not made again.
[[nodiscard]] Result<Served> bring_up_to_date(const RecorderInput& input, RecordingMeta& recording);

}  // namespace kato
