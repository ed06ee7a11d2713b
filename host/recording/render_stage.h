// The last step of an event's way: a renderer that is fed event by event.
#pragma once

#include <string>

#include "host/base/error.h"
#include "host/event/event.h"
#include "host/plugin/sink_handle.h"
#include "host/recording/time_zone.h"

namespace kato {

// Renders events of one session into a buffer. One thread at a time.
class RenderStage {
 public:
  // All references must outlive the stage.
  RenderStage(Renderer& renderer, bool wants_json, const SessionRef& session, TimeZone zone)
      : renderer_(renderer), wants_json_(wants_json), session_(session), zone_(std::move(zone)) {}

  // Appends what the event adds to the file.
  Status render(const Event& event, std::string& out);

 private:
  Renderer& renderer_;
  bool wants_json_;
  const SessionRef& session_;
  TimeZone zone_;
  std::string line_;
};

}  // namespace kato
