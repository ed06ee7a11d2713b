// An event as it would be rendered with any capture time at all: for finding it in a file where its
// own is not known any more.
#pragma once

#include <string>

#include "host/base/error.h"
#include "host/plugin/sink_handle.h"
#include "host/recording/written_stretch.h"

namespace kato {

struct TimelessRendering {
  const Sink& sink;
  RecordingContext context;
  std::string_view options_json;
  StateBlob before;  // the renderer's state before the event
  const SessionRef& session;
};

// The bytes that derive from the capture time are masked. Empty if the rendering with a time cannot
// be told apart byte by byte.
[[nodiscard]] Result<LooseBytes> render_without_capture_time(const TimelessRendering& how,
                                                             const Event& event);

}  // namespace kato
