#include "host/recording/renderer_replay.h"

#include <algorithm>
#include <functional>

#include "host/recording/destination_file.h"
#include "host/recording/occurrence_count.h"
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

// Of each event; it may take away what it has seen.
using TakeText = std::function<void(std::string& text)>;

Status render_from(const RecorderInput& input, const RecordingMeta& recording, Renderer& renderer,
                   uint64_t begin_bytes, const TakeText& take) {
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
    if (!*next) return {};
    const Event& event = (*next)->event;
    if (event.seq > recording.cursor.written->seq || !is_recorded(recording, event.seq)) continue;
    if (auto rendered = stage.render(event, text); !rendered) return forward(rendered);
    take(text);
  }
}

Result<std::unique_ptr<Renderer>> open_renderer(const RecorderInput& input,
                                                const RecordingMeta& recording,
                                                const RecordingContext& context) {
  return input.sink.open(
      {.context = context, .options_json = recording.options_json, .state = nullptr});
}

}  // namespace

Status replay(const RecorderInput& input, const RecordingMeta& recording, Renderer& renderer) {
  std::string head;
  // Of a file that is all Kato's the head is too.
  if (recording.whole_file) {
    if (auto begun = renderer.begin(head); !begun) return begun;
  }
  if (!recording.cursor.written) return {};
  return render_from(input, recording, renderer, 0, [](std::string& text) { text.clear(); });
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
    auto renderer = open_renderer(input, recording, context);
    if (!renderer) return forward(renderer);
    std::string end_of_it;
    const auto keep_end = [&end_of_it](std::string& text) {
      end_of_it += text;
      text.clear();
      if (end_of_it.size() <= 2 * kEarlierTextBytes) return;
      end_of_it.erase(0, end_of_it.size() - kEarlierTextBytes);
    };
    if (auto rendered = render_from(input, recording, **renderer, **begin, keep_end); !rendered) {
      return forward(rendered);
    }
    if (end_of_it.size() >= kEarlierTextBytes || **begin == 0) {
      return EarlierText(std::move(end_of_it));
    }
  }
}

Result<std::optional<size_t>> count_before(const RecorderInput& input,
                                           const RecordingMeta& recording,
                                           const RecordingContext& context,
                                           std::string_view bytes) {
  if (!recording.cursor.written) return 0;
  if (!recording.state) return std::nullopt;
  auto renderer = open_renderer(input, recording, context);
  if (!renderer) return forward(renderer);
  OccurrenceCount count(bytes);
  const auto look = [&count](std::string& text) {
    count.add(text);
    text.clear();
  };
  if (auto rendered = render_from(input, recording, **renderer, 0, look); !rendered) {
    return forward(rendered);
  }
  return count.value();
}

}  // namespace kato
