#include "host/recording/renderer_replay.h"

#include <algorithm>

#include "host/recording/destination_file.h"
#include "host/recording/render_stage.h"
#include "host/recording/time_zone.h"
#include "host/session/twin_reader.h"

namespace kato {
namespace {

constexpr uint64_t kFirstReadBytes = uint64_t{256} << 10;
constexpr uint64_t kGrowth = 16;

// Nothing: up to `end` no line begins.
Result<std::optional<uint64_t>> line_behind(FileSystem& files, const std::string& path, uint64_t at,
                                            uint64_t end) {
  if (at == 0) return std::optional<uint64_t>(0);
  auto file = files.open(path, OpenMode::kRead);
  if (!file) return forward(file);
  const auto bytes = read_range(**file, at - 1, end);
  if (!bytes) return forward(bytes);
  const auto newline = bytes->find('\n');
  if (newline == std::string::npos) return std::nullopt;
  return std::optional(at + newline);
}

void keep_end(std::string& text) {
  if (text.size() > 2 * kEarlierTextBytes) text.erase(0, text.size() - kEarlierTextBytes);
}

// Returns the end of what is rendered.
Result<std::string> render_from(const RecorderInput& input, const RecordingMeta& recording,
                                Renderer& renderer, uint64_t begin_bytes) {
  std::string text;
  const auto zone = TimeZone::named(recording.time_zone);
  const SessionRef session{input.session.provider, input.session.provider_session_id,
                           input.session.session_id};
  RenderStage stage(renderer, input.sink.wants_json(), session, zone ? *zone : TimeZone::utc());
  auto reader =
      TwinReader::open(input.files, input.twin.file, begin_bytes, recording.cursor.twin_offset);
  if (!reader) return forward(reader);
  while (true) {
    const auto next = reader->next_event();
    if (!next) return forward(next);
    if (!*next) return text;
    const Event& event = (*next)->event;
    if (event.seq > recording.cursor.written->seq || !is_recorded(recording, event.seq)) continue;
    if (auto rendered = stage.render(event, text); !rendered) return forward(rendered);
    keep_end(text);
  }
}

}  // namespace

Status replay(const RecorderInput& input, const RecordingMeta& recording, Renderer& renderer) {
  std::string discarded;
  // Of a file that is all Kato's the head is too.
  if (recording.whole_file) {
    if (auto begun = renderer.begin(discarded); !begun) return begun;
  }
  if (!recording.cursor.written) return {};
  const auto rendered = render_from(input, recording, renderer, 0);
  return rendered ? Status{} : forward(rendered);
}

Result<EarlierText> text_before(const RecorderInput& input, const RecordingMeta& recording,
                                const RecordingContext& context) {
  if (!recording.state || !recording.cursor.written) return EarlierText();
  const auto end = recording.cursor.twin_offset;
  for (uint64_t length = kFirstReadBytes;; length *= kGrowth) {
    const auto begin =
        line_behind(input.files, input.twin.file.path, end - std::min(end, length), end);
    if (!begin) return forward(begin);
    if (!*begin) continue;
    auto renderer = input.sink.open(
        {.context = context, .options_json = recording.options_json, .state = nullptr});
    if (!renderer) return forward(renderer);
    auto text = render_from(input, recording, **renderer, **begin);
    if (!text) return forward(text);
    if (text->size() >= kEarlierTextBytes || **begin == 0) return EarlierText(std::move(*text));
  }
}

}  // namespace kato
