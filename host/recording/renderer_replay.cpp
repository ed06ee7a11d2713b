#include "host/recording/renderer_replay.h"

#include "host/recording/render_stage.h"
#include "host/recording/time_zone.h"
#include "host/session/twin_reader.h"

namespace kato {

namespace {

void keep_end(std::string& text) {
  if (text.size() > 2 * kEarlierTextBytes) text.erase(0, text.size() - kEarlierTextBytes);
}

}  // namespace

Result<EarlierText> replay(const RecorderInput& input, const RecordingMeta& recording,
                           Renderer& renderer) {
  std::string text;
  // Of a file that is all Kato's the head is too.
  if (recording.whole_file) {
    if (auto begun = renderer.begin(text); !begun) return forward(begun);
  }
  if (!recording.cursor.written) return EarlierText(std::move(text));
  const auto zone = TimeZone::named(recording.time_zone);
  const SessionRef session{input.session.provider, input.session.provider_session_id,
                           input.session.session_id};
  RenderStage stage(renderer, input.sink.wants_json(), session, zone ? *zone : TimeZone::utc());
  auto reader = TwinReader::open(input.files, input.twin.path, 0, recording.cursor.twin_offset);
  if (!reader) return forward(reader);
  while (true) {
    const auto next = reader->next_event();
    if (!next) return forward(next);
    if (!*next) return EarlierText(std::move(text));
    const Event& event = (*next)->event;
    if (event.seq > recording.cursor.written->seq || !is_recorded(recording, event.seq)) continue;
    if (auto rendered = stage.render(event, text); !rendered) return forward(rendered);
    keep_end(text);
  }
}

}  // namespace kato
