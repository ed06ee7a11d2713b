#include "host/recording/render_stage.h"

#include "host/event/event_line.h"

namespace kato {

Status RenderStage::render(const Event& event, std::string& out) {
  line_.clear();
  if (wants_json_) append_event_line(line_, session_, event);
  const auto time = shown_time(event);
  const RenderEvent rendered{
      .event = &event, .utc_offset_s = time ? zone_.offset_s(*time) : 0, .canonical_json = line_};
  return renderer_.append({&rendered, 1}, out);
}

}  // namespace kato
