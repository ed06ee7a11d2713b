// What of a recording stays open from one serving to the next, so that not all of it is begun again
// for each event.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "host/base/growing_hash.h"
#include "host/plugin/sink_handle.h"
#include "host/recording/destination_file.h"
#include "host/session/session_meta.h"

namespace kato {

struct OpenRecording {
  std::unique_ptr<Renderer> renderer;
  DestinationFile file;
  std::optional<GrowingHash> whole;  // of the whole file, where that is known
  // What it goes on from; a recording that is elsewhere by now begins anew.
  std::string project_directory;
  WriteCursor cursor;
  SavedBlob state;
};

// By recording id.
using OpenRecordings = std::map<std::string, OpenRecording>;

}  // namespace kato
