// Brings one recording up to date: renders the events behind its write cursor and appends them.
#pragma once

#include <functional>
#include <string>

#include "host/base/error.h"
#include "host/plugin/sink_handle.h"
#include "host/policy/path_policy.h"
#include "host/recording/time_zone.h"
#include "host/session/session_meta.h"

namespace kato {

// The twin that a recording is fed from.
struct TwinSource {
  std::string path;
  uint64_t size_bytes = 0;
  uint32_t generation = 0;
};

struct RecorderInput {
  FileSystem& files;
  const SessionMeta& session;
  const TwinSource& twin;
  const Sink& sink;
  const PathPolicy& policy;
  bool allow_hard_links = false;
  bool explicit_destination = false;  // named at the command line: the allowed roots do not bind
  // What a head may say; asked only when the recording begins in its destination.
  std::function<Result<RecordingContext>()> context;
};

// True if there are events that the recording still has to get, as far as the cursors tell.
[[nodiscard]] bool is_behind(const RecordingMeta& recording, const TwinSource& twin);

// True if the event belongs to one of the recording's periods.
[[nodiscard]] bool is_recorded(const RecordingMeta& recording, uint64_t seq);

// Renders and writes everything that is due, and moves the cursor in `recording`. After an error
// `recording` is as it was; what reached the file may be there.
// kRefused: the path policy forbids the destination. kNotFound: a destination that was there is
// missing; it is not made again.
[[nodiscard]] Status bring_up_to_date(const RecorderInput& input, RecordingMeta& recording);

}  // namespace kato
